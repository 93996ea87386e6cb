"""Entities found by what somebody holds in hand, as pages and programs show them: ids, and how each was found.

No value is in it, neither what was looked for nor what was found: only who it leads to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.errors import InvalidInput
from catalog.settings import Settings
from exchange_api.views.names import Pair
from exchange_api.views.side_by_side import by_column
from lake import bases
from lake.bases import seeking
from lake.bases.seeking import Found, Wanted

PURPOSE: Final = "查找实体"
"""Why numbers are looked up, for the trail."""
FAULTS: Final[Mapping[str, Pair]] = {
    "length": ("位数不对", "it has another length"),
    "alphabet": ("含有不应有的字母或符号", "it has letters it cannot have"),
    "prefix": ("开头的代码不存在", "there is no such code as it begins with"),
    "date": ("其中的出生日期不存在", "there is no such day of birth as it holds"),
    "check_digit": ("校验位不符，可能抄错一位", "its check digit does not hold: one character may be miscopied"),
    "org_check": ("其中的组织机构代码校验位不符", "the check digit of the organisation code in it does not hold"),
}
"""Why a number is none by its standard (catalog.standards) -> what is said of it."""


@dataclass(frozen=True)
class Match:
    """An entity, '' where nothing is left of it. how: now (the base holds it), claimed (a department says so, another's

    word counted), before (it was held once). fields: what it was found by. was: the id it had until it got another.
    """

    entity: str
    how: str
    fields: tuple[Pair, ...]
    was: str


@dataclass(frozen=True)
class Answer:
    """What a look-up came to. fault: what is wrong with the number by its standard; more: there may be others."""

    base: str
    base_title: Pair
    items: tuple[str, ...]
    matches: tuple[Match, ...]
    more: bool
    fault: Pair
    providers: tuple[str, ...]

    @property
    def use(self) -> dict[str, Any]:
        """What the trail keeps of it, at whatever door: which kind of number was looked for, never which number."""
        return {
            "purpose": PURPOSE,
            "dataset": self.base,
            "surface": "find",
            "rows": len(self.matches),
            "items": self.items,
            "providers": self.providers,
        }


def wanted(base: str, *, number: str = "", phone: str = "", name: str = "") -> Wanted:
    """What to look for: a number, or a telephone together with a name.

    Raises NotFound for a base without entities, InvalidInput for what can be no number or is given by halves.
    """
    model = bases.matched_base(base)
    if not number.strip():
        return seeking.called(model, phone, name)
    if phone.strip() or name.strip():
        raise InvalidInput(
            "按号码查找时，不要再填电话和姓名。",
            "To look for a number, leave telephone and name empty.",
            code="find_one_way",
        )
    return seeking.numbered(model, number)


def find(settings: Settings, base: str, sought: Wanted) -> Answer:
    """The entities that what was `wanted` leads to. Raises NotFound for a base without entities, Unavailable for one
    that no build has made yet."""
    model = bases.matched_base(base)
    found, items = seeking.find(settings, model, sought), by_column(model)

    def match(one: Found) -> Match:
        named = tuple((items[field].title_zh, items[field].title_en) for field in one.fields)
        return Match(one.entity, one.how, named, one.was)

    return Answer(
        base=model.name,
        base_title=(model.title_zh, model.title_en),
        items=sought.fields,
        matches=tuple(map(match, found)),
        more=len(found) == seeking.MOST,
        fault=FAULTS[sought.fault] if sought.fault else ("", ""),
        providers=model.providers,
    )
