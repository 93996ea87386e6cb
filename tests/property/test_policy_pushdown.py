"""The SQL the lake runs gives what the plain Python reference gives, for generated tables, grants and conditions."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.filters import document, parse
from authorization.masking import DOOR_BEGINS, KINDS, Mask, apply
from authorization.obligations import ItemFact
from authorization.policy import Grant, Request, decide
from authorization.pushdown import push_down, shown_rows

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MASTER = b"m" * 32
ENGINE = duckdb.connect()
FACTS = (
    ItemFact("code", "string", "person_no", key=True),
    ItemFact("name", "string", "person_name", "general"),
    ItemFact("number", "string", "resident_id", "sensitive"),
    ItemFact("phone", "string", "phone", "general"),
    ItemFact("place", "string", "address_text", "general"),
    ItemFact("born", "date", "birth_date", "general"),
    ItemFact("amount", "decimal", "amount"),
    ItemFact("floors", "integer", "floors"),
    ItemFact("seen", "timestamp", "observed_at"),
    ItemFact("alive", "boolean", "boolean"),
)
ARROW = {
    "string": pa.string(),
    "date": pa.date32(),
    "decimal": pa.decimal128(18, 2),
    "integer": pa.int64(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
}
SCHEMA = pa.schema([(fact.name, ARROW[fact.kind]) for fact in FACTS])
WORDS = st.text(alphabet="张欧阳王𠮷龘路街道巷号镇乡村社区0123456789８□XabcÀ·-'\"%_ ", max_size=20)
VALUES = {
    "string": WORDS
    | st.sampled_from(
        [
            "欧阳娜娜",
            "370683199001014514",
            "13800000001",
            "山东省莱州市文昌路街道1号",
            "莱州市文昌路120号鑫苑小区3号楼2单元501室(原程郭乡)",
            "光州路88号阳光花园小镇5号楼",
        ]
    ),
    "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "decimal": st.decimals(-99999, 99999, places=2),
    "integer": st.integers(-10_000, 10_000),
    "timestamp": st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    "boolean": st.booleans(),
}
ROWS = st.lists(st.fixed_dictionaries({fact.name: st.none() | VALUES[fact.kind] for fact in FACTS}), max_size=12)


def masks_for(fact):
    fitting = [name for name, kinds in KINDS.items() if fact.kind in kinds]
    return st.sampled_from(["plain", *("band:250" if name == "band" else name for name in fitting)])


MASKS = st.fixed_dictionaries({fact.name: masks_for(fact) for fact in FACTS})


@st.composite
def comparisons(draw):
    fact = draw(st.sampled_from(FACTS))
    op = draw(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in", "empty", "starts"]))
    value = VALUES[fact.kind].map(lambda one: one if isinstance(one, bool) else _text(one))
    if op == "empty":
        value = st.booleans()
    elif op == "in":
        value = st.lists(value, min_size=1, max_size=4)
    elif op == "starts":
        fact, value = FACTS[1], WORDS
    return {"item": fact.name, "op": op, "value": draw(value)}


CONDITIONS = st.recursive(
    comparisons(),
    lambda parts: st.builds(
        lambda word, inner: {word: inner}, st.sampled_from(["all", "any"]), st.lists(parts, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def _text(value):
    return value.isoformat() if isinstance(value, date) else str(value)


def plan_for(masks, row_filter, items):
    granted = Grant(
        code="g",
        agency="housing",
        dataset="d",
        items=tuple(fact.name for fact in FACTS),
        purpose="p",
        valid_from=NOW - timedelta(1),
        valid_until=NOW + timedelta(1),
        surfaces=frozenset({"records"}),
        masks=masks,
        row_filter=row_filter,
    )
    request = Request("a", "housing", "d", FACTS, "records", "p", items=tuple(items))
    decision = decide(request, [granted], NOW)
    assert decision.allowed
    return decision.plan


@settings(max_examples=200, deadline=None)
@given(
    rows=ROWS,
    masks=MASKS,
    row_filter=st.none() | CONDITIONS,
    items=st.lists(st.sampled_from([fact.name for fact in FACTS]), min_size=1, unique=True),
)
def test_push_down_equals_the_reference(rows, masks, row_filter, items):
    plan = plan_for(masks, row_filter, items)
    down = push_down(plan, MASTER)
    with ENGINE.cursor() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("stored", pa.Table.from_pylist(rows, schema=SCHEMA))
        shown = ", ".join(f'{sql} AS "{name}"' for name, sql in down.columns)
        where = f" WHERE {down.where}" if down.where else ""
        cursor = connection.execute(f"SELECT {shown} FROM stored{where}", dict(down.params))
        found = [tuple(row) for row in cursor.fetchall()]
    expected = [tuple(row.values()) for row in shown_rows(plan, rows, MASTER)]
    assert [_instants(row) for row in found] == [_instants(row) for row in expected]


def _instants(row):
    """Moments compared as moments, whatever zone the engine hands them out in."""
    return tuple(value.timestamp() if isinstance(value, datetime) else value for value in row)


@given(CONDITIONS)
def test_a_condition_survives_its_written_form(condition):
    kinds = {fact.name: fact.kind for fact in FACTS}
    parsed = parse(condition, kinds)
    assert parse(document(parsed), kinds) == parsed


@given(masks=MASKS, rows=ROWS)
def test_two_recipients_never_share_a_pseudonym_or_a_policy_name(masks, rows):
    from dataclasses import replace

    plan = plan_for(masks | {"number": "pseudonym"}, None, ["number"])
    other = replace(plan, grant=replace(plan.grant, agency="health"))
    assert push_down(plan, MASTER).fingerprint != push_down(other, MASTER).fingerprint
    for mine, theirs in zip(shown_rows(plan, rows, MASTER), shown_rows(other, rows, MASTER), strict=True):
        assert mine["number"] is None or mine["number"] != theirs["number"]


@given(st.lists(st.sampled_from([*"路街巷号镇乡村社区道12８a", "街道", "社区"]), max_size=16).map("".join))
def test_a_masked_address_holds_no_road_and_no_number(text):
    shown = apply(Mask("address"), text, b"").replace("路街道", "").replace("街道", "")
    assert not set(shown) & set(DOOR_BEGINS)
