"""The fields of two records side by side: as the reader may see them, whether the same, and in what they differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.contracts import Item
from exchange_api.disguise import HIDDEN, disguise_of, partly, plainly
from exchange_api.views import comparing, names
from exchange_api.views.names import Pair
from lake.bases import BaseModel

RENAMED: Final = {"code": "uscc", "registration": "reg_no"}
"""Column of the matcher -> item of the base it is shown as, where the names differ."""


@dataclass(frozen=True)
class Field:
    """A field of both records as the reader may see it.

    It says how the true values stand to each other, and in what they differ. relation: same, differs, one_empty or
    both_empty. left_name, right_name: what a code shown is called.
    """

    name: str
    title: Pair
    left: str
    right: str
    relation: comparing.Relation
    remark: Pair
    left_name: Pair
    right_name: Pair


def by_column(model: BaseModel) -> dict[str, Item]:
    """Column of the matcher -> item of the base."""
    items = {item.name: item for item in model.items}
    return items | {column: items[name] for column, name in RENAMED.items() if name in items}


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values by column as text; '' for none."""
    return {name: "" if value is None else str(value) for name, value in values.items()}


def shown_values(model: BaseModel, values: Mapping[str, str], *, plain: bool, parts: bool) -> dict[str, str]:
    """Values by column, masked unless `plain`; '' for none."""
    known = by_column(model)
    return {name: shown_value(known.get(name), value, plain=plain, parts=parts) for name, value in values.items()}


def shown_value(item: Any, value: Any, *, plain: bool, parts: bool = False) -> str:
    """A value of a base's item as it is shown; what no item describes is hidden. parts: to who asked for more."""
    text = "" if value is None else str(value)
    masked = partly if parts else disguise_of
    how: Callable[[str | None], str] | None = plainly if plain else masked(item) if item is not None else None
    return how(text) if how else HIDDEN if text else ""


def fields(
    model: BaseModel,
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    left: Mapping[str, str],
    right: Mapping[str, str],
) -> tuple[Field, ...]:
    """What is known of either record, in the matcher's order; `left` and `right` are what is shown of both."""
    known = by_column(model)
    names_of_both = [name for name in dict.fromkeys((*mine, *theirs)) if mine.get(name) or theirs.get(name)]
    return tuple(_field(name, known.get(name), mine, theirs, left, right) for name in names_of_both)


def _field(
    name: str,
    item: Item | None,
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    left: Mapping[str, str],
    right: Mapping[str, str],
) -> Field:
    true, shown = [side.get(name, "") for side in (mine, theirs)], [side.get(name, "") for side in (left, right)]
    codes = item.code_list if item else None
    return Field(
        name=name,
        title=title_of({name: item} if item else {}, name),
        left=shown[0],
        right=shown[1],
        relation=comparing.relation(*true),
        remark=comparing.remark(item.element if item else "", *true),
        left_name=names.code(codes, shown[0]),
        right_name=names.code(codes, shown[1]),
    )


def title_of(known: Mapping[str, Item], column: str) -> Pair:
    """What a column of the matcher is called; itself where no item describes it."""
    item = known.get(column)
    return (item.title_zh, item.title_en) if item is not None else (column, column)
