"""Row conditions: a small expression tree, its JSON form, its meaning in Python and its SQL. Pure.

    {"item": "monthly_amount", "op": "ge", "value": "500"}
    {"all": [condition, ...]}      {"any": [condition, ...]}

Values are always bound as parameters, items are checked against the dataset's own, so nothing a caller writes becomes
SQL text. Empty values (NULL) make a comparison unknown, and a row is kept only where the whole is true, as in SQL.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from catalog.errors import InvalidInput

Value: TypeAlias = str | int | Decimal | bool | date | datetime

OPERATORS: Final[Mapping[str, str]] = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
"""Comparisons; beside them `in` (a list), `starts` (text prefix) and `empty` (true or false)."""
MOST_PARTS: Final = 50
MOST_DEPTH: Final = 5
INTEGERS: Final = range(-(2**63), 2**63)
"""Integers a table can hold."""


@dataclass(frozen=True)
class Comparison:
    """One item against a value (a tuple for `in`), already of the item's kind."""

    item: str
    op: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True)
class Combined:
    """Several conditions, of which all (`all`) or at least one (`any`) must hold."""

    word: str
    parts: tuple["Condition", ...]


Condition: TypeAlias = Comparison | Combined


@dataclass(frozen=True)
class Sql:
    """SQL text with named parameters ($name) and their values."""

    text: str
    params: Mapping[str, Any]


def parse(document: Mapping[str, Any], kinds: Mapping[str, str], *, depth: int = 0) -> Condition:
    """A condition from its JSON form; `kinds` maps the items that may be named to their kinds. Raises InvalidInput."""
    for word in ("all", "any"):
        if set(document) == {word}:
            parts = document[word]
            if depth >= MOST_DEPTH or not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS:
                raise _wrong()
            return Combined(word, tuple(parse(_mapping(part), kinds, depth=depth + 1) for part in parts))
    if set(document) != {"item", "op", "value"}:
        raise _wrong()
    return comparison(str(document["item"]), str(document["op"]), document["value"], kinds)


def comparison(item: str, op: str, value: Any, kinds: Mapping[str, str]) -> Comparison:
    """One comparison with `value` (text or JSON value) read as the item's kind; raises InvalidInput, value unnamed."""
    kind = kinds.get(item)
    if kind is None or kind == "geometry":
        raise InvalidInput(
            "条件中的数据项不存在或不能用于筛选。请查看数据集的数据项。",
            "A condition names an item that does not exist or cannot be filtered on. See the dataset's items.",
            code="filter_item_unknown",
        )
    if op == "empty":
        return Comparison(item, op, typed(value, "boolean"))
    if op == "starts" and kind == "string":
        return Comparison(item, op, typed(value, kind))
    if op == "in" and isinstance(value, list) and 1 <= len(value) <= MOST_PARTS:
        return Comparison(item, op, tuple(typed(part, kind) for part in value))
    if op in OPERATORS:
        return Comparison(item, op, typed(value, kind))
    raise _wrong()


def document(condition: Condition) -> dict[str, Any]:
    """The JSON form of a condition; parse(document(c)) == c."""
    if isinstance(condition, Combined):
        return {condition.word: [document(part) for part in condition.parts]}
    value = condition.value
    plain = [_plain(part) for part in value] if isinstance(value, tuple) else _plain(value)
    return {"item": condition.item, "op": condition.op, "value": plain}


def items_of(condition: Condition) -> Iterator[str]:
    """Every item a condition looks at."""
    if isinstance(condition, Comparison):
        yield condition.item
        return
    for part in condition.parts:
        yield from items_of(part)


def holds(condition: Condition, row: Mapping[str, Any]) -> bool | None:
    """What the condition says of a row: true, false, or None (unknown). The reference the SQL is tested against."""
    if isinstance(condition, Combined):
        return _combined(condition.word, [holds(part, row) for part in condition.parts])
    stored, value = row[condition.item], condition.value
    if condition.op == "empty":
        return (stored is None) is value
    if stored is None:
        return None
    if isinstance(value, tuple):
        return stored in value
    if condition.op == "starts":
        return str(stored).startswith(str(value))
    compare: Callable[[Any, Any], bool] = getattr(operator, condition.op)
    return compare(stored, value)


def to_sql(condition: Condition, *, prefix: str = "f") -> Sql:
    """The condition as SQL on columns named like the items; parameters are $<prefix>0, $<prefix>1, ..."""
    params: dict[str, Any] = {}
    return Sql(_sql(condition, params, prefix), params)


def _sql(condition: Condition, params: dict[str, Any], prefix: str) -> str:
    if isinstance(condition, Combined):
        joiner = " AND " if condition.word == "all" else " OR "
        return f"({joiner.join(_sql(part, params, prefix) for part in condition.parts)})"
    column, value = quoted(condition.item), condition.value
    if condition.op == "empty":
        return f"({column} IS {'' if value else 'NOT '}NULL)"
    names = [_bind(part, params, prefix) for part in (value if isinstance(value, tuple) else (value,))]
    if condition.op == "in":
        return f"({column} IN ({', '.join(names)}))"
    if condition.op == "starts":
        return f"starts_with({column}, {names[0]})"
    return f"({column} {OPERATORS[condition.op]} {names[0]})"


def quoted(item: str) -> str:
    """An item's name as SQL identifier. Names come from the catalogue ([a-z][a-z0-9_]*), quoting is a second lock."""
    return '"' + item.replace('"', '""') + '"'


def _bind(value: Value, params: dict[str, Any], prefix: str) -> str:
    name = f"{prefix}{len(params)}"
    params[name] = value
    return f"${name}"


def _combined(word: str, found: Sequence[bool | None]) -> bool | None:
    decisive = word == "any"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def typed(value: Any, kind: str) -> Value:
    """`value` as the Python value of a kind; raises InvalidInput without naming it."""
    try:
        match kind:
            case "string":
                return _encodable(str(value))
            case "integer":
                return _storable(int(str(value)))
            case "decimal":
                return _finite(Decimal(str(value)))
            case "date":
                return date.fromisoformat(str(value))
            case "timestamp":
                moment = datetime.fromisoformat(str(value))
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            case "boolean":
                return {"true": True, "false": False}[str(value).lower()]
    except (ValueError, InvalidOperation, KeyError):
        pass
    raise InvalidInput(
        f"条件的值不是{kind}类型。日期写作 2026-01-31，布尔值写作 true 或 false。",
        f"The value of a condition is not of kind {kind}. Write dates as 2026-01-31 and booleans as true or false.",
        code="filter_value_invalid",
    )


def _encodable(value: str) -> str:
    value.encode()  # half a surrogate pair is text to Python, and an error of the engine that would repeat it
    return value


def _storable(value: int) -> int:
    if value not in INTEGERS:
        raise ValueError
    return value


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value.adjusted()) > 20:
        raise ValueError
    return value


def _plain(value: Value) -> str | bool:
    return value if isinstance(value, bool) else value.isoformat() if isinstance(value, date) else str(value)


def _mapping(part: Any) -> Mapping[str, Any]:
    if not isinstance(part, Mapping):
        raise _wrong()
    return part


def _wrong() -> InvalidInput:
    return InvalidInput(
        "筛选条件格式不对。写作 数据项:运算符:值，运算符为 eq ne lt le gt ge in starts empty。",
        "A condition has not the right form. Write item:operator:value with eq ne lt le gt ge in starts or empty.",
        code="filter_invalid",
    )
