"""What the SQL of the hub may say means the same on DuckDB and on Spark, over generated and naughty values."""

import struct
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from lake.bases.gate import ALIKE, traps
from lake.engines.duckdb import connect, register_spatial
from lake.engines.hub_functions import hub_functions
from tests.property.test_address_marks_same_in_sql import TEXTS
from tests.property.test_standards_same_in_sql import NAUGHTY, RULES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BY_HAND = ["", " ", "\u3000a\u3000", "é%20", "村:1", "𠮷野家", "a\x00b", "$1\\", "İß", "12345678901234567",
           "1970-01-01", "market-20261101t010000-0123abcd", "44197", "万元", "１２．０", "C:\\x\ty\n",
           "123456\n", "一号\n", "一号\r", "a\x0bb", "a\rb", "a\u2028b", "x\n", "\u212a", "k"]  # fmt: skip


def texts() -> list[str | None]:
    """Some thousand texts: of every kind of identifier, right and wrong, addresses, and what nobody expects."""
    found: list[str | None] = [None, *BY_HAND]

    @seed(20261121)
    @settings(max_examples=8, deadline=None, phases=[Phase.generate], database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        for kind in [inputs for _, _, inputs in RULES] + [TEXTS, NAUGHTY]:
            found.extend(data.draw(st.lists(kind, min_size=4, max_size=12)))

    draw()
    return list(dict.fromkeys(found))


def square(x: float, size: float) -> bytes:
    ring = [(x, 37.1), (x + size, 37.1), (x + size, 37.1 + size), (x, 37.1 + size), (x, 37.1)]
    return struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<2d", *point) for point in ring)


def rows() -> pa.Table:
    """The texts, and beside them numbers, days, moments and shapes, each with NULL among them."""
    words = texts()
    count = len(words)
    numbers = [None if at % 11 == 0 else (at * 7919) % 10_007 - 5_000 for at in range(count)]
    reals = [None if at % 13 == 0 else (at - 500) * 10.0 ** (at % 25 - 8) for at in range(count)]
    days = [None if at % 17 == 0 else date.fromordinal(700_000 + at * 37 % 200_000) for at in range(count)]
    moments = [None if at % 19 == 0 else datetime.fromtimestamp(at * 7_654_321.125, UTC) for at in range(count)]
    columns: dict[str, Any] = {
        "i": pa.array(range(count), pa.int64()),
        "x": pa.array(words, pa.string()),
        "y": pa.array(words[::-1], pa.string()),
        "n": pa.array(numbers, pa.int64()),
        "d": pa.array([None if n is None else abs(n) * 20_011 % 30_000_000 for n in numbers], pa.int64()),
        "r": pa.array(reals, pa.float64()),
        "day": pa.array(days, pa.date32()),
        "moment": pa.array(moments, pa.timestamp("us", "UTC")),
        "shape": pa.array(
            [None if at % 5 == 0 else square(119.0 + at / 1000, 0.01) for at in range(count)], pa.binary()
        ),
    }
    return pa.table(columns)


@pytest.fixture(scope="module")
def given_rows() -> pa.Table:
    return rows()


@pytest.fixture(scope="module")
def embedded(given_rows: pa.Table) -> duckdb.DuckDBPyConnection:
    connection = connect(extensions=("spatial",))
    register_spatial(connection)
    connection.register("arrow_t", given_rows)
    connection.execute("CREATE TABLE t AS SELECT * FROM arrow_t")
    return connection


@pytest.fixture(scope="module")
def cluster(spark: "SparkSession", given_rows: pa.Table) -> "SparkSession":
    from lake.engines.spark import functions

    functions.register(spark, hub_functions())
    spark.createDataFrame(given_rows).repartition(4).createOrReplaceTempView("t")
    return spark


def both(embedded: duckdb.DuckDBPyConnection, cluster: "SparkSession", sql: str) -> tuple[list[Any], list[Any]]:
    """The rows of `sql` on either engine, each value with the name of its type."""
    from lake.engines.spark.dialect import to_spark

    mine = embedded.execute(sql).to_arrow_table()
    theirs = cluster.sql(to_spark(sql)).toArrow()
    assert mine.column_names == theirs.column_names
    return [list(row.values()) for row in mine.to_pylist()], [list(row.values()) for row in theirs.to_pylist()]


def call(name: str) -> str:
    """A call of a function of the hub on columns of the kinds it takes; parts of others are given what those give."""
    if name.startswith("luhn_"):
        return f"{name}(lpad(CAST(d AS VARCHAR), 19, '0'){', 19' if name != 'luhn_sum' else ''})"
    columns = {
        "VARCHAR": "x",
        "BIGINT": "d",
        "TIMESTAMPTZ": "moment",
        "BLOB": "shape",
        "ANY": "r",
        "DOUBLE": "r",
        "DATE": "day",
    }
    return f"{name}({', '.join(columns[kind] for kind in hub_functions()[name])})"


def named(names: list[str]) -> str:
    return f"SELECT t.i, {', '.join(f'{call(name)} AS {name}' for name in names)} FROM t ORDER BY t.i"


def test_every_function_of_the_hub_answers_alike(
    embedded: duckdb.DuckDBPyConnection, cluster: "SparkSession", given_rows: pa.Table
) -> None:
    # Two are parts that fail on anything but the digits their callers give them; the callers are asked.
    names = sorted(set(hub_functions()) - {"resident_id_fault", "dated_number_fault", "luhn_sum"})
    mine, theirs = both(embedded, cluster, named(names))
    assert len(theirs) == given_rows.num_rows > 1_000
    for name, left, right in zip(["i", *names], zip(*mine, strict=True), zip(*theirs, strict=True), strict=True):
        wrong = [(left[at], right[at]) for at in range(len(left)) if _other(left[at], right[at])]
        assert not wrong, f"{name}: {wrong[:3]}"
        assert len(set(left)) > 1, f"{name} was asked nothing it tells apart"


def test_what_may_be_left_out_may_be_left_out(embedded: duckdb.DuckDBPyConnection, cluster: "SparkSession") -> None:
    mine, theirs = both(
        embedded, cluster, "SELECT t.i, resident_id_fault(t.x) AS a, hub_text(t.moment) AS b, hub_text(t.day) AS c,"
        " hub_text(t.n) AS d FROM t ORDER BY t.i"
    )  # fmt: skip
    assert mine == theirs
    assert {row[1] for row in mine} >= {None, "length", "alphabet", "date", "check_digit"}


def _other(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is not right
    return bool(left != right)


ROW_BY_ROW = [
    "concat('a', x, '|', n, NULL, i)", "concat_ws('-', x, y)", "x || y", "CAST(r AS VARCHAR)",
    "CAST(moment AS VARCHAR)", "CAST(day AS VARCHAR)", "CAST(n AS VARCHAR)", "n / 3",
    "r / NULLIF(n, 0)", "(10 - n) / 10.0", "n // 7", "n % 7",
    "regexp_replace(x, '([0-9])号', '\\1$-', 'g')", "regexp_replace(x, '(号|楼|#)$', '', 'g')",
    "regexp_extract(x, '^[^0-9A-Za-z]{1,12}?(?:街道|镇|乡)', 0)", "regexp_extract(x, '([0-9]+)(号)', 2)",
    "regexp_extract(x, '[0-9]+')", "regexp_matches(x, '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$')",
    "regexp_matches(x, '[\\s-]')", "regexp_matches(x, '(?i)X$')", "regexp_matches(x, 'a.b')",
    "regexp_matches(x, '(?i)^K$')", "regexp_replace(x, '\\s', '_', 'g')", "n > 5 AND i > 7",
    "regexp_matches(x, '[0-9]') = regexp_matches(y, '[0-9]')", "NOT regexp_matches(x, '号')",
    "substr(x, 2, 3)", "substr(x, -2)", "substr(x, length(y) + 1)", "left(x, 3)", "length(x)",
    "replace(x, '号', '楼')", "translate(x, 'OI', '01')", "lpad(x, 12, '0')",
    "split_part(x, '.', 1)", "contains(x, '号')", "starts_with(x, y)", "ends_with(x, '室')", "strpos(x, '号')",
    "x < y", "x = y", "x IS DISTINCT FROM y", "greatest(x, y)", "least(n, i)", "coalesce(x, y, '')", "nullif(x, y)",
    "md5(x)", "sha256(concat(x, y))", "abs(n)", "floor(r / 7)",
    "date_diff('day', DATE '1800-01-01', day) * 1000000", "CAST(day + INTERVAL 1 MONTH AS DATE)", "year(day)",
    "month(day)", "day(day)", "strftime(day, '%Y年%m月')", "CASE WHEN n > 0 THEN x WHEN n < 0 THEN y END",
    "TRY_CAST(x AS DOUBLE)", "n BETWEEN -10 AND 10", "x IN ('', '44197')", "NOT (n > 5)", "n > 5 OR x IS NULL",
]  # fmt: skip
GROUPED = [
    "count(*)", "count(x)", "count(DISTINCT x)", "min(x)", "max(r)", "sum(n)", "avg(n)", "bool_or(n > 4990)",
    "bool_and(n > -4900)",
    "arg_min(x, n * 100000 + i) FILTER (WHERE n IS NOT NULL)", "arg_max(x, i) FILTER (WHERE i > 40)",
    "arg_min(x, i) FILTER (WHERE n IS NULL)", "count(*) FILTER (WHERE n > 0)", "min(n) = max(n)",
    "min(wkb_longitude(shape))",
]  # fmt: skip
LISTED = ["string_agg(DISTINCT substr(x, 1, 1), ',' ORDER BY substr(x, 1, 1))"]
OVER = "OVER (PARTITION BY length(x) % 5 ORDER BY n DESC NULLS LAST, x, i)"
WINDOWS = [
    f"row_number() {OVER} * 1000000", "rank() OVER (PARTITION BY length(x) % 5 ORDER BY n, x)",
    "dense_rank() OVER (PARTITION BY length(x) % 5 ORDER BY n DESC, x)", f"lag(x) {OVER}", f"lead(n, 2) {OVER}",
    f"first_value(x) {OVER}", f"last_value(x) {OVER[:-1]} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
    f"sum(n) {OVER[:-1]} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
]  # fmt: skip


def listed(expressions: list[str]) -> str:
    return ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(expressions))


@pytest.mark.parametrize(
    ("expressions", "sql"),
    [
        (ROW_BY_ROW, "SELECT t.i, {} FROM t ORDER BY t.i"),
        (WINDOWS, "SELECT t.i, {} FROM t ORDER BY t.i"),
        (GROUPED, "SELECT n % 20 AS i, {} FROM t GROUP BY n % 20 ORDER BY n % 20"),
        (LISTED, "SELECT n % 20 AS i, {} FROM t GROUP BY n % 20 ORDER BY n % 20"),
    ],
    ids=["row by row", "windows", "groups", "lists"],
)
def test_what_the_gate_lets_pass_means_the_same(
    embedded: duckdb.DuckDBPyConnection, cluster: "SparkSession", expressions: list[str], sql: str
) -> None:
    asked = sql.format(listed(expressions))
    assert traps(asked) == []
    mine, theirs = both(embedded, cluster, asked)
    assert len(mine) == len(theirs) > 20
    for at, left, right in zip(
        range(-1, len(expressions)), zip(*mine, strict=True), zip(*theirs, strict=True), strict=True
    ):
        wrong = [(one, other) for one, other in zip(left, right, strict=True) if _other(one, other)]
        assert not wrong, f"{expressions[at]}: {wrong[:3]}"


def test_no_function_passes_the_gate_that_was_not_compared() -> None:
    compared = {
        type(node)
        for sql in (*ROW_BY_ROW, *GROUPED, *LISTED, *WINDOWS)
        for node in parse_one(sql, read="duckdb").walk()
    }
    assert set(ALIKE) - compared == {exp.Exists}  # a subquery, not a value
