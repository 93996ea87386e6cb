"""Which entities a number leads to, or a telephone and a name: what somebody holds in hand who does not know the id.

What the base holds counts, what any department says, and what was held before (the history), in this order. An id that
became another is followed to the one in use. The number looked for is kept nowhere.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

import duckdb

from catalog.errors import InvalidInput
from catalog.settings import Settings
from catalog.standards import foreign_id, organisation_code, phones, resident_id, texts, uscc
from lake import tables
from lake.bases.explaining import check_built
from lake.bases.model import BaseModel
from lake.bases.state import State
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout

How = Literal["now", "claimed", "before"]
HOW: Final[tuple[How, ...]] = ("now", "claimed", "before")
"""The base holds it; a department says so, but another's word counted; it was held once."""
MOST: Final = 20
"""Entities shown at most."""
_NUMBER: Final = re.compile(r"[0-9A-Z]{8,20}")
_EMBEDDED: Final = ("substr(value, 9, 9)", "replace(value, '-', '')")
"""The organisation code inside a social credit code, and one as such."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: condition on (field, value) as SQL with its parameters, every one to be met by an entity.

    fields: the items asked for, for the trail. fault: why a number is none by its standard, '' where it is one.
    """

    fields: tuple[str, ...]
    conditions: tuple[str, ...] = field(repr=False)
    given: tuple[str, ...] = field(repr=False)
    fault: str = ""


@dataclass(frozen=True)
class Found:
    """An entity, '' where nothing is left of it. fields: where it was found; was: its id until it got another."""

    entity: str
    how: How
    fields: tuple[str, ...]
    was: str = ""


def numbered(model: BaseModel, text: str) -> Wanted:
    """Look for a number, in any spelling: of a person the identity number, of a legal person any of its numbers.

    Raises InvalidInput for what can be no number.
    """
    number = re.sub("[ -]", "", texts.plain(text) or "").upper()
    if _NUMBER.fullmatch(number) is None:
        raise InvalidInput(
            "这不像证件号码或社会信用代码。号码由 8 至 20 位数字和字母组成。",
            "This is no identity number or social credit code: those have 8 to 20 digits and letters.",
            code="find_number_unreadable",
        )
    names = {item.name for item in model.items}
    if "resident_id" in names:
        number = resident_id.upgrade(number) or number
        return Wanted(("resident_id",), ("field = 'resident_id' AND value = ?",), (number,), _fault_of(number))
    number = uscc.unconfused(number)
    code = uscc.organisation_part(number) if len(number) == 18 else number
    inside, whole = _EMBEDDED
    condition = (
        "field IN ('uscc', 'reg_no') AND value = ?"
        f" OR field = 'org_code' AND {whole} = ? OR field = 'uscc' AND length(value) = 18 AND {inside} = ?"
    )
    return Wanted(("uscc", "org_code", "reg_no"), (condition,), (number, code, code), _legal_fault_of(number))


def called(model: BaseModel, phone: str, name: str) -> Wanted:
    """Look for a telephone together with a name. Raises InvalidInput unless both are given and the base knows both."""
    if not {"phone", "name"} <= {item.name for item in model.items}:
        raise InvalidInput(
            f"{model.title_zh}没有电话，请按社会信用代码等号码查找。",
            f"{model.title_en} holds no telephones: look for a number, such as the social credit code.",
            code="find_by_telephone_unknown",
        )
    number, said = phones.clean(texts.plain(phone) or ""), texts.person_name(name)
    if not number or not said:
        raise InvalidInput(
            "请填写号码，或同时填写电话和姓名。",
            "Give a number, or a telephone together with a name.",
            code="find_two_needed",
        )
    conditions = "field = 'phone' AND value = ?", "field = 'name' AND value = ?"
    return Wanted(("name", "phone"), conditions, (number, said))


def find(settings: Settings, model: BaseModel, wanted: Wanted) -> list[Found]:
    """The entities that meet every condition, the surest first, at most MOST; see check_built."""
    state, known = State(settings, model), dict[str, tuple[How, tuple[str, ...]]]()
    with connect(settings, functions=False) as connection:
        for query, times in _queries(state, wanted):
            rows = connection.execute(query, list(wanted.given) * times).fetchall()
            for entity, how, fields in rows:
                if entity not in known or HOW.index(how) < HOW.index(known[entity][0]):
                    known[entity] = (how, tuple(sorted(fields)))
        ends = _ends(connection, state, list(known))
    if not known:
        check_built(settings, model)
    found: dict[str, Found] = {}
    for old in sorted(known, key=lambda one: (HOW.index(known[one][0]), one)):
        (how, fields), entity = known[old], ends[old]
        found.setdefault(entity or old, Found(entity, how, fields, "" if entity == old else old))
    return list(found.values())[:MOST]


def _queries(state: State, wanted: Wanted) -> list[tuple[str, int]]:
    """SQL of id, how and fields for each place looked in, and how often the parameters stand in it."""
    settings, model = state.settings, state.model
    entity, every = quote(model.key[0]), [f"({one})" for one in wanted.conditions]
    any_of, met = " OR ".join(every), " AND ".join(f"bool_or({one})" for one in every)
    won = " AND ".join(f"bool_or({one} AND won)" for one in every)
    found: list[tuple[str, int]] = []
    base, claims, past = Layout(settings.lake_url).base(model.name), state.uri("provenance"), state.uri("history")
    if tables.version(base, settings=settings) is not None:
        # Also what the base worked out and nobody delivered, such as the organisation code a credit code embeds.
        rows = tables.scan(base, settings=settings)
        each = " UNION ALL ".join(
            f"SELECT {entity}, {literal(name)} AS field, {quote(name)} AS value FROM {rows}" for name in wanted.fields
        )
        shown = f"SELECT {entity}, 'now', list(DISTINCT field) FROM ({each}) WHERE {any_of} GROUP BY 1 HAVING {met}"
        found.append((shown, 2))
    if tables.version(claims, settings=settings) is not None:
        how = f"CASE WHEN {won} THEN 'now' ELSE 'claimed' END"
        shown = (
            f"SELECT {entity}, {how}, list(DISTINCT field) FROM {tables.scan(claims, settings=settings)}"
            f" WHERE {any_of} GROUP BY 1 HAVING {met}"
        )
        found.append((shown, 3))
    if tables.version(past, settings=settings) is not None:
        shown = (
            f"SELECT {entity}, 'before', list(DISTINCT field) FROM {tables.scan(past, settings=settings)}"
            f" WHERE {any_of} GROUP BY 1 HAVING {met}"
        )
        found.append((shown, 2))
    return found


def _ends(connection: duckdb.DuckDBPyConnection, state: State, ids: list[str]) -> dict[str, str]:
    """Id -> the id in use it became, itself where it is in use, '' where nothing is left of it."""
    at = {one: one for one in ids}
    in_use: set[str] = set()
    seen: set[str] = set()
    while waiting := sorted(set(at.values()) - seen):
        seen |= {*waiting}
        in_use |= _in_use(connection, state, waiting)
        became = _became(connection, state, [one for one in waiting if one not in in_use])
        at = {one: became.get(now, now) for one, now in at.items()}
    return {one: now if now in in_use else "" for one, now in at.items()}


def _in_use(connection: duckdb.DuckDBPyConnection, state: State, ids: list[str]) -> set[str]:
    uri, entity = state.uri("links"), quote(state.model.key[0])
    if tables.version(uri, settings=state.settings) is None:
        return set()
    query = (
        f"SELECT DISTINCT {entity} FROM {tables.scan(uri, settings=state.settings)} WHERE list_contains(?, {entity})"
    )
    return {str(one) for (one,) in connection.execute(query, [ids]).fetchall()}


def _became(connection: duckdb.DuckDBPyConnection, state: State, ids: list[str]) -> dict[str, str]:
    """Id -> what it was last redirected to, '' for nothing. An id that was split lives on: that is none of it."""
    uri = state.uri("redirects")
    if not ids or tables.version(uri, settings=state.settings) is None:
        return {}
    query = (
        f'SELECT "old", arg_max_null("to", "at") FROM {tables.scan(uri, settings=state.settings)}'
        """ WHERE list_contains(?, "old") AND reason <> 'split' GROUP BY 1"""
    )
    return {old: to or "" for old, to in connection.execute(query, [ids]).fetchall()}


def _fault_of(number: str) -> str:
    """What is wrong with an identity number, unless it is the number of a foreign permanent resident's card."""
    return "" if foreign_id.card_fault(number) is None else resident_id.fault(number) or ""


def _legal_fault_of(number: str) -> str:
    match len(number):
        case 18:
            return uscc.fault(number) or ""
        case 9:
            return organisation_code.fault(number) or ""
    return "" if len(number) == 15 else "length"
