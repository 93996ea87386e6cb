"""The SQL of the bases stays where both engines read alike, and tells where every item comes from."""

import pytest

from lake.bases import BASES, lineage
from lake.bases.gate import traps
from lake.bases.inputs import standard_inputs
from lake.bases.model import field_orders

MODELS = [(base.name, step, base.sql(step)) for base in BASES for step in dict.fromkeys((*base.steps, *base.tables))]


@pytest.mark.parametrize("sql", [sql for _, _, sql in MODELS], ids=[f"{name}.{step}" for name, step, _ in MODELS])
def test_no_model_holds_a_known_trap(sql: str) -> None:
    assert traps(sql) == []


@pytest.mark.parametrize(
    ("sql", "trap"),
    [
        ("SELECT list(x ORDER BY y) FROM t", "the order is dropped"),
        ("SELECT list(x) FROM t", "NULLs and empty groups"),
        ("SELECT arg_max(x, y) FROM t", "FILTER"),
        ("SELECT any_value(x) FROM t", "another winner"),
        ("SELECT x[i] FROM t", "index"),
        ("SELECT CAST(x AS INTEGER) FROM t", "whole number"),
        ("SELECT round(r, 2) FROM t", "half way"),
        ("SELECT TRY_CAST(x AS DATE) FROM t", "other texts"),
        ("SELECT CAST(x AS DATE) FROM t", "other texts"),
        ("SELECT DATE '1969/01/19' FROM t", "other texts"),
        ("SELECT strptime(x, '%Y') FROM t", "read from text"),
        ("SELECT x + INTERVAL 1 MONTH FROM t", "CAST it AS DATE"),
        ("SELECT strftime(x, '%Y-%m-%dT%H') FROM t", "letters of its own"),
        ("SELECT x % y FROM t", "NULLIF"),
        ("SELECT x // y FROM t", "NULLIF"),
        ("SELECT jaro_winkler_similarity(a, b) FROM t", "bytes"),
        ("SELECT jaccard(a, b) FROM t", "none of the hub's"),
        ("SELECT regexp_matches(a, 'x', 'i') FROM t", "(?i)"),
        ("SELECT regexp_extract(a, 'x', 0, 'i') FROM t", "(?i)"),
        ("SELECT regexp_full_match(a, 'x') FROM t", "not known to be alike"),
        ("SELECT regexp_replace(a, '[[:space:]]', '', 'g') FROM t", "RE2 and Java"),
        (r"SELECT regexp_matches(a, '\p{Han}') FROM t", "RE2 and Java"),
        ("SELECT regexp_matches(a, b) FROM t", "RE2 and Java"),
        (r"SELECT regexp_matches(a, '\bab') FROM t", "RE2 and Java"),
        ("SELECT regexp_matches(a, '(?s)a.b') FROM t", "RE2 and Java"),
        ("SELECT string_agg(DISTINCT a, ',' ORDER BY a), count(DISTINCT b) FROM t", "another DISTINCT"),
        ("SELECT regexp_replace(a, 'x', b, 'g') FROM t", "replacement"),
        ("SELECT left(a, n) FROM t", "computed length"),
        ("SELECT left(a, -1) FROM t", "computed length"),
        ("SELECT isodow(a) FROM t", "day of the week"),
        ("SELECT week(a) FROM t", "day of the week"),
        ("SELECT extract(dow FROM a) FROM t", "day of the week"),
        ("SELECT epoch(a) FROM t", "not known to be alike"),
        ("SELECT epoch_ms(a) FROM t", "not known to be alike"),
        ("SELECT CAST(a AS DATE) - CAST(b AS DATE) FROM t", "date - date"),
        ("SELECT quantile_cont(a, 0.5) FROM t", "percentile"),
        ("SELECT mode(a), first(a ORDER BY b) FROM t", "another winner"),
        ("SELECT list_sum(a) FROM t", "none of the hub's"),
        ("SELECT list_extract(a, i) FROM t", "none of the hub's"),
        ("SELECT a[1:2] FROM t", "index or slice"),
        ("SELECT MAP {'a': 1} FROM t", "not known to be alike"),
        ("SELECT len(a) FILTER (WHERE b), unnest(a) FROM t", "not known to be alike"),
        ("SELECT t.* REPLACE (1 AS a) FROM t", "* in a model"),
        ("SELECT ltrim(a) FROM t", "trim"),
        ("SELECT a ILIKE b FROM t", "trim"),
        ("SELECT strip_accents(a) FROM t", "none of the hub's"),
        ("SELECT a, count(*) AS b FROM t GROUP BY ALL", "name the columns"),
        ("SELECT a FROM t ORDER BY ALL", "name the columns"),
        ("SELECT random() FROM t", "now, random"),
        ("SELECT reverse(a) FROM t", "not known to be alike"),
        ("SELECT a / b FROM t", "NULLIF"),
        ("SELECT levenshtein(a, b) FROM t", "bytes"),
        ("SELECT regexp_replace(a, 'x', 'y') FROM t", "'g'"),
        ("SELECT substr(a, 0, 2) FROM t", "substr from 0"),
        ("SELECT date_diff('month', a, b) FROM t", "unit"),
        ("SELECT a FROM t ASOF JOIN u USING (k, at)", "ASOF"),
        ("SELECT * FROM t", "* in a model"),
        ("SELECT trim(a) FROM t", "trim"),
        ("SELECT upper(a) FROM t", "trim"),
        ("SELECT row_number() OVER (PARTITION BY a) FROM t", "ORDER BY"),
        ("SELECT hash(a) FROM t", "none of the hub's"),
        ("SELECT try_strptime(a, '%Y') FROM t", "none of the hub's"),
        ("SELECT current_timestamp FROM t", "now"),
    ],
)
def test_the_gate_refuses_what_the_engines_read_differently(sql: str, trap: str) -> None:
    assert any(trap in found for found in traps(sql)), traps(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT arg_min(x, y) FILTER (WHERE y IS NOT NULL) FROM t",
        "SELECT a / NULLIF(b, 0), count(*) FROM t",
        "SELECT date_diff('day', a, b), regexp_replace(a, 'x', 'y', 'g') FROM t",
        "SELECT resident_id_fault(a) FROM t",
        "SELECT CAST(a + INTERVAL 1 MONTH AS DATE), DATE '1800-01-01', CAST(NULL AS DATE) FROM t",
        "SELECT strftime(a, '%Y年%-m月'), CAST(batch_moment(a) AS DATE) FROM t",
        r"SELECT regexp_matches(a, '^[0-9]{2}[^)(]*\p{L}(?i)x$'), regexp_replace(a, '(x)', '\1', 'g') FROM t",
        "SELECT concat(a, '-', b), CAST(a AS VARCHAR), arg_min(a, b) FILTER (WHERE b IS NOT NULL), left(a, 3) FROM t",
    ],
)
def test_the_gate_lets_safe_sql_pass(sql: str) -> None:
    assert traps(sql) == []


def test_lineage_leads_every_fused_item_to_the_departments_that_have_it() -> None:
    found = set(lineage("population"))
    assert ("death_date", "health_death", "death_date") in found
    assert ("death_date", "police_person", "cancelled_on") in found
    assert ("name", "health_birth", "child_name") in found
    assert not any(
        item == "name" and source_item != "name" for item, source, source_item in found if source != "health_birth"
    )


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_every_item_with_a_source_department_has_a_lineage(base) -> None:
    traced = {item for item, _, _ in lineage(base.name)}
    constant = {"addresses"}  # counted, not copied
    assert set(base.sources) - traced <= constant
    assert {source for _, source, _ in lineage(base.name)} <= set(base.inputs)


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_a_model_is_whole(base) -> None:
    names = [item.name for item in base.items]
    assert len(names) == len(set(names))
    assert len(base.key) == 1
    assert base.steps[-1] == base.name
    earlier = {table for other in BASES[: BASES.index(base)] for table in other.tables}
    known = set(standard_inputs()) | earlier
    assert set(base.inputs) <= known
    assert set(base.sources) <= set(names)


@pytest.mark.parametrize("folder", ["population", "legal_person"])
def test_every_order_of_sources_names_inputs_and_items_that_exist(folder: str) -> None:
    (base,) = [base for base in BASES if base.name == folder]
    for order in field_orders(folder):
        assert order.rule in {"order", "recency", "earliest", "full_name"}
        assert set(order.ranks) <= set(base.inputs)
        assert order.name in {item.name for item in base.items}
        assert order.agencies == base.sources[order.name]
