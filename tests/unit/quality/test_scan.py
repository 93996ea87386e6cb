"""The one scan: bits of many rules, rules that raise, rows that are marked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from catalog.settings import Settings
from lake.engines.duckdb import connect
from quality.marking.scan import MARKS, Scan
from quality.rules.rule import Fact, Rule


def rule(rule_id: str, sql: str, applies: str = "TRUE", facts: tuple[Fact, ...] = ()) -> Rule:
    """A field rule with that SQL."""
    return Rule(rule_id, "d", ("n",), sql, "block", "0301", "c", "z", "e", "police", applies_sql=applies, facts=facts)


@pytest.fixture
def connection(settings: Settings) -> Iterator[Any]:
    """A connection on which a hundred numbered rows wait to be judged; n is NULL on every tenth."""
    with connect(settings) as opened:
        opened.execute(
            "CREATE VIEW staged AS SELECT range AS _row, CASE WHEN range % 10 > 0 THEN range END AS n FROM range(100)"
        )
        yield opened


def test_more_rules_than_one_word_has_bits_are_counted_each_for_itself(connection: Any, now: datetime) -> None:
    rules = tuple(rule(f"n.{limit}", f"n >= {limit}", "n IS NOT NULL") for limit in range(150))
    scan = Scan(connection, rules, (), now)
    scan.run()
    for limit in range(150):
        bad = sum(1 for n in range(100) if n % 10 and n >= limit)
        assert scan.counts[f"n.{limit}"] == (90 - bad, 90)
    assert len(scan.failing()) == 100


def test_null_is_neither_assessed_nor_bad(connection: Any, now: datetime) -> None:
    scan = Scan(connection, (rule("n.a", "n > 50"), rule("n.b", "TRUE", "n > 50")), (), now)
    scan.run()
    assert scan.counts == {"n.a": (100 - 45, 100), "n.b": (0, 45)}


def test_a_rule_is_evaluated_only_where_it_applies(connection: Any, now: datetime) -> None:
    guarded = rule("n.a", "CASE WHEN n IS NULL THEN error('not applicable')::BOOLEAN ELSE n > 50 END", "n IS NOT NULL")
    scan = Scan(connection, (guarded,), (), now)
    scan.run()
    assert (scan.broken, scan.counts) == ({}, {"n.a": (45, 90)})


def test_rules_that_raise_on_the_data_are_found_among_many_and_set_aside(connection: Any, now: datetime) -> None:
    raising = {"n.7", "n.40", "n.41"}
    rules = tuple(
        rule(
            f"n.{k}", "CASE WHEN n = 99 THEN error('x')::BOOLEAN ELSE FALSE END" if f"n.{k}" in raising else f"n = {k}"
        )
        for k in range(64)
    )
    scan = Scan(connection, rules, (), now)
    scan.run()
    assert set(scan.broken) == raising
    assert all(scan.counts[each.rule_id][1] == 100 for each in rules if each.rule_id not in raising)


def test_only_rows_that_broke_a_rule_carry_their_key(connection: Any, now: datetime) -> None:
    scan = Scan(connection, (rule("n.a", "n = 99 OR n IS NULL AND _row = 0"),), ("_row", "n"), now)
    scan.run()
    keys = connection.execute(f"SELECT _key FROM {MARKS} WHERE _key IS NOT NULL ORDER BY _row").fetchall()
    assert keys == [("0|",), ("99|99",)]


def test_a_fact_shared_by_rules_is_computed_once_per_row(connection: Any, now: datetime) -> None:
    connection.execute("CREATE SEQUENCE calls")
    fact = Fact("_fact", "nextval('calls')")
    scan = Scan(connection, (rule("n.a", "_fact < 0", facts=(fact,)), rule("n.b", "_fact < 0", facts=(fact,))), (), now)
    scan.run()
    assert connection.execute("SELECT currval('calls')").fetchall() == [(100,)]


def test_the_moment_of_judgement_reaches_the_rules_as_wall_clock_time_of_china(connection: Any, now: datetime) -> None:
    scan = Scan(connection, (rule("n.a", "{now} = TIMESTAMP '2026-11-20 09:00:00'"),), (), now)
    scan.run()
    assert scan.counts["n.a"] == (0, 100)


def test_without_rules_the_rows_are_still_counted(connection: Any, now: datetime) -> None:
    scan = Scan(connection, (), (), now)
    scan.run()
    assert (scan.rows, scan.counts, scan.failing()) == (100, {}, [])
