"""What the hub's SQL becomes for Spark, where sqlglot alone would change its meaning (run on Spark: tests/spark)."""

import pytest

from lake.engines.duckdb import connect, register_spatial
from lake.engines.hub_functions import hub_functions
from lake.engines.spark.dialect import functions_in, java_pattern, tables_in, to_spark


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("SELECT concat('a', n) AS c FROM t", "CONCAT('a', COALESCE(CAST(n AS STRING), ''))"),
        ("SELECT CAST(r AS VARCHAR) AS c FROM t", "HUB_TEXT(r)"),
        ("SELECT concat('a', CAST(r AS VARCHAR)) AS c FROM t", "CAST(HUB_TEXT(r) AS STRING)"),
        ("SELECT CAST(NULL AS VARCHAR) AS c FROM t", "CAST(NULL AS STRING)"),
        ("SELECT (10 - n) / 10.0 AS c FROM t", "CAST((10 - n) AS DOUBLE) / 10.0"),
        ("SELECT row_number() OVER (ORDER BY n) * 1000000 AS c FROM t", "CAST(ROW_NUMBER() OVER"),
        ("SELECT date_diff('day', a, b) * 10000 AS c FROM t", "CAST(DATEDIFF(DAY, a, b) AS BIGINT) * 10000"),
        (r"SELECT regexp_replace(a, '(x)$', '\1$', 'g') AS c FROM t", r"REGEXP_REPLACE(a, '(x)\\z', '$1\\$')"),
        (
            "SELECT arg_min(a, b) FILTER (WHERE b > 0) AS c FROM t",
            "CASE WHEN NOT a IS NULL AND NOT b IS NULL THEN b END",
        ),
    ],
)
def test_what_sqlglot_leaves_meaning_something_else_is_put_right(sql: str, part: str) -> None:
    assert part in to_spark(sql)


@pytest.mark.parametrize(
    ("pattern", "java"),
    [
        ("^a$", r"^a\z"),
        (r"a\$[.$]", r"a\$[.$]"),
        ("a.b", r"a[^\n]b"),
        (r"\s[\s-]", r"[\t\n\f\r ][\t\n\f\r -]"),
        ("(?i)x", "(?iu)x"),
        (r"[^0-9]{1,2}?(号|楼)$", r"[^0-9]{1,2}?(号|楼)\z"),
    ],
)
def test_a_pattern_is_written_as_java_must_have_it(pattern: str, java: str) -> None:
    assert java_pattern(pattern) == java


def test_spark_is_given_the_functions_and_tables_a_text_names() -> None:
    sql = "SELECT hub_date(a.x) AS d, CAST(b.y AS VARCHAR) AS y FROM a JOIN b ON b.k = a.k JOIN a AS c ON c.k = a.k"
    assert functions_in(sql) == {"hub_date", "hub_text"}
    assert sorted(tables_in(sql)) == ["a", "a", "b"]


def test_what_a_function_of_the_hub_takes_is_said_rightly() -> None:
    connection = connect(extensions=("spatial",))
    register_spatial(connection)
    for name, kinds in hub_functions().items():
        taken = ", ".join(f"CAST(NULL AS {'VARCHAR' if kind == 'ANY' else kind})" for kind in kinds)
        assert connection.execute(f"DESCRIBE SELECT {name}({taken})").fetchall(), name
