"""Doubtful pairs of records (人工核对) as lists and pages show them: both sides, the evidence as a waterfall, decisions

of people. Values are in plain only for the department that delivered them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import review_decisions
from catalog.errors import NotFound
from catalog.models import ReviewDecision
from catalog.settings import Settings
from exchange_api.views import comparing, keys, matching_words, names
from exchange_api.views.names import Pair
from exchange_api.views.side_by_side import Field, by_column, fields, shown_values, texts, title_of
from lake import bases
from lake.bases import BaseModel, review

PURPOSE: Final = "匹配核对"
"""Why records are looked at, for the trail."""
PAGE_SIZE: Final = 25
STATES: Final = ("open", "unsure", "same", "different")
"""What was said of a pair last; open: nothing yet."""
SILENT: Final = 0.05
"""Bits below which a step says nothing."""


@dataclass(frozen=True)
class Wanted:
    """What to list: '' for every base or state. `page` counts from 1."""

    base: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True)
class Doubt:
    """One pair in the list; no value of it. probability None: not from the queue."""

    base: str
    base_title: Pair
    pair: str
    title_l: Pair
    title_r: Pair
    probability: float | None
    together: bool
    state: str
    decided_by: str


@dataclass(frozen=True)
class Listing:
    """One page of pairs: `total` match, `waiting` of those of any state are still to be decided."""

    doubts: tuple[Doubt, ...]
    total: int
    waiting: int
    page: int
    pages: int


@dataclass(frozen=True)
class Side:
    """One record of a pair. `gone`: it is delivered no longer. `plain`: the reader's department delivered it.

    batch, row: of the delivery it was in at the last build; '' and None where it was in none.
    """

    record: str
    dataset: str
    title: Pair
    agency: str
    agency_name: Pair
    key: str
    entity: str
    plain: bool
    gone: bool
    batch: str
    row: int | None


@dataclass(frozen=True)
class Step:
    """A bar of the waterfall, from `start` to `end` bits, and the values compared. says: for, against or nothing."""

    column: str
    title: Pair
    left: str
    right: str
    level: Pair
    bits: float | None
    start: float
    end: float
    says: str


@dataclass(frozen=True)
class Word:
    """What somebody said of the pair."""

    number: int
    verdict: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Case:
    """A pair with everything there is to decide by. low, high: between what bits the bars lie.

    parts: whether parts of masked values are shown; withheld: asked for, but of one or both not shown, because they may
    be a minor.
    """

    base: str
    base_title: Pair
    pair: str
    probability: float | None
    together: bool
    state: str
    left: Side
    right: Side
    fields: tuple[Field, ...]
    steps: tuple[Step, ...]
    low: float
    high: float
    words: tuple[Word, ...]
    parts: bool = False
    withheld: bool = False

    @property
    def last(self) -> int:
        """Number of the newest decision, 0 for none."""
        return self.words[-1].number if self.words else 0

    @property
    def use(self) -> dict[str, Any]:
        """What the trail keeps of showing it, at whatever door."""
        return {
            "purpose": PURPOSE,
            "dataset": self.base,
            "surface": "review:parts" if self.parts else "review",
            "rows": 2,
            "items": tuple(sorted({step.column for step in self.steps if step.left or step.right})),
            "providers": tuple(sorted({self.left.agency, self.right.agency})),
        }


def listed(settings: Settings, session: Session, wanted: Wanted, *, size: int = PAGE_SIZE) -> Listing:
    """The pairs that match: those nobody decided on, then the others; of each base by base, the most doubtful first. A
    page beyond the end is the last.

    Raises NotFound for a base that is none, or whose rows are not matched.
    """
    models = (bases.matched_base(wanted.base),) if wanted.base else bases.matched()
    every = [doubt for model in models for doubt in _doubts(settings, session, model)]
    found = [doubt for doubt in every if not wanted.state or doubt.state == wanted.state]
    found.sort(key=lambda doubt: doubt.state in ("same", "different"))
    pages = max(1, -(-len(found) // size))
    page = min(max(1, wanted.page), pages)
    waiting = sum(doubt.state == "open" for doubt in every)
    return Listing(tuple(found[(page - 1) * size : page * size]), len(found), waiting, page, pages)


def next_open(settings: Settings, session: Session, base: str, pair: str) -> str | None:
    """The pair of `base` to decide on after `pair`: the next in the queue nobody spoke of, else the first of them."""
    doubts = list(_doubts(settings, session, bases.base(base)))
    place = next((number for number, doubt in enumerate(doubts) if doubt.pair == pair), -1)
    turned = [*doubts[place + 1 :], *doubts[: max(place, 0)]]
    return next((doubt.pair for doubt in turned if doubt.state == "open"), None)


def _doubts(settings: Settings, session: Session, model: BaseModel) -> list[Doubt]:
    said = {one.pair: one for one in review_decisions.newest(session, model.name)}
    titles, title = names.datasets(session), (model.title_zh, model.title_en)
    return [
        Doubt(
            model.name,
            title,
            row["pair"],
            names.name_of(titles, row["dataset_l"]),
            names.name_of(titles, row["dataset_r"]),
            row["probability"],
            row["together"],
            said[row["pair"]].verdict if row["pair"] in said else "open",
            said[row["pair"]].decided_by if row["pair"] in said else "",
        )
        for row in review.queue(settings, model, evidence=False)
    ]


def found_row(settings: Settings, session: Session, model: BaseModel, pair: str) -> dict[str, Any]:
    """The pair of that name, as lake.bases.review.one gives it; raises NotFound."""
    said = review_decisions.history(session, model.name, pair)
    return review.one(settings, model, pair, (said[-1].record_l, said[-1].record_r) if said else ())


def base_of_pair(settings: Settings, session: Session, pair: str) -> str:
    """The base a pair, or two records, are of; raises NotFound."""
    for model in bases.matched():
        try:
            found_row(settings, session, model, pair)
        except NotFound:
            continue
        return model.name
    raise NotFound(
        "没有这一对记录。待核对的记录对：shuniu base review list population（或 legal_person）。",
        "There is no such pair. See: shuniu base review list population, or legal_person.",
        code="review_unknown",
    )


def case(
    settings: Settings, session: Session, base: str, pair: str, *, agency: str, today: date, parts: bool = False
) -> Case:
    """A pair as somebody of `agency` may see it; `parts`: with parts of what is masked, of nobody who may be a minor.

    Raises NotFound.
    """
    model = bases.base(base)
    row = found_row(settings, session, model, pair)
    values = review.records(settings, model, row)
    places = review.places(settings, model, row)
    numbers = keys.numbers_of(settings, model, {row[f"entity_{side}"] or "" for side in "lr"})
    sides = {side: _side(session, row, side, agency, values, places, numbers) for side in "lr"}
    kept = {side: texts(values.get(row[f"record_{side}"], {})) for side in "lr"}
    more = sides_of_age(model, kept, today) if parts else frozenset()
    shown = {side: shown_values(model, kept[side], plain=sides[side].plain, parts=side in more) for side in "lr"}
    steps = _steps(model, row["evidence"], shown["l"], shown["r"], values, row)
    ends = [0.0, *(step.end for step in steps)]
    words = tuple(_word(one) for one in review_decisions.history(session, base, row["pair"]))
    return Case(
        base=base,
        base_title=(model.title_zh, model.title_en),
        pair=pair,
        probability=row["probability"],
        together=row["together"],
        state=words[-1].verdict if words else "open",
        left=sides["l"],
        right=sides["r"],
        fields=fields(model, kept["l"], kept["r"], shown["l"], shown["r"]),
        steps=steps,
        low=min(ends),
        high=max(ends),
        words=words,
        parts=bool(more),
        withheld=parts and len(more) < len(sides),
    )


def sides_of_age(model: BaseModel, kept: Mapping[str, Mapping[str, str]], today: date) -> frozenset[str]:
    """The sides parts may be shown of: none where either is a minor, else those known to be of age.

    A base without dates of birth holds no person.
    """
    if "birth_date" not in by_column(model):
        return frozenset(kept)
    ages = {side: comparing.age(values, today) for side, values in kept.items()}
    return frozenset() if "minor" in ages.values() else frozenset(side for side in ages if ages[side] == "adult")


def _word(said: ReviewDecision) -> Word:
    return Word(said.decision_id, said.verdict, said.decided_by, said.decided_at, said.reason)


def _side(
    session: Session,
    row: Mapping[str, Any],
    side: str,
    agency: str,
    values: Mapping[str, Any],
    places: Mapping[str, tuple[str, int]],
    numbers: Mapping[str, keys.Numbers],
) -> Side:
    batch, number = places.get(row[f"record_{side}"], ("", None))
    dataset = row[f"dataset_{side}"]
    entry = queries.dataset(session, dataset)
    plain = entry.agency == agency
    key, entity = row[f"key_{side}"] or "", row[f"entity_{side}"] or ""
    return Side(
        record=row[f"record_{side}"],
        dataset=dataset,
        title=(entry.title_zh, entry.title_en),
        agency=entry.agency,
        agency_name=names.name_of(names.agencies(session), entry.agency),
        key=key if plain else keys.shown(queries.items(session, dataset), key, numbers[entity]),
        entity=entity,
        plain=plain,
        gone=row[f"record_{side}"] not in values,
        batch=batch,
        row=number,
    )


def _steps(
    model: BaseModel,
    evidence: list[dict[str, Any]],
    left: Mapping[str, str],
    right: Mapping[str, str],
    values: Mapping[str, Mapping[str, Any]],
    row: Mapping[str, Any],
) -> tuple[Step, ...]:
    """The evidence with running sums; then the columns nothing was weighed of, by whether they are equal."""
    known, at, steps = by_column(model), 0.0, []
    for step in evidence:
        column, bits = step["column"], float(step["bits"])
        title = title_of(known, column) if column else matching_words.level(step["level"])
        level = matching_words.level(step["level"]) if column else ("", "")
        steps.append(_step(column, title, left, right, level, bits, at))
        at += bits
    mine, theirs = values.get(row["record_l"], {}), values.get(row["record_r"], {})
    for column in left or right:
        if all(step.column != column for step in steps):
            level = matching_words.level(_plain_level(mine.get(column), theirs.get(column)))
            steps.append(_step(column, title_of(known, column), left, right, level, None, at))
    return tuple(steps)


def _plain_level(left: Any, right: Any) -> str:
    return "missing" if left is None or right is None else "equal" if left == right else "nothing in common"


def _step(
    column: str,
    title: Pair,
    left: Mapping[str, str],
    right: Mapping[str, str],
    level: Pair,
    bits: float | None,
    at: float,
) -> Step:
    end = at + (bits or 0.0)
    says = "nothing" if bits is None or abs(bits) < SILENT else "for" if bits > 0 else "against"
    return Step(column, title, left.get(column, ""), right.get(column, ""), level, bits, at, end, says)
