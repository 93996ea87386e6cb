"""Great Expectations on DuckDB: it really runs, on our own connection, one scan for all rules."""

import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from catalog.contracts import Contract
from catalog.errors import Unavailable
from catalog.settings import Settings
from lake.engines.duckdb import connect
from quality import run
from quality.checkpoint.engine import checkpoint, load
from quality.checkpoint.suites import suite_for
from quality.marking import judged
from quality.marking.scan import Scan
from quality.rules.derivation import rules_for
from tests.integration.quality.conftest import StageRows

ROWS: list[dict[str, Any]] = [
    {"person_no": "n1", "resident_id": "370683199003074514"},
    {"person_no": "n2", "resident_id": "370683199003074511"},
]


class Counting:
    """A connection that remembers the statements sent through it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.sent: list[str] = []

    def execute(self, sql: str, *parameters: Any) -> Any:
        self.sent.append(sql)
        return self.connection.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


def test_a_checkpoint_holds_one_result_per_rule_with_all_that_a_report_must_cite(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    batch_id = stage(ROWS)
    rules = rules_for(contract, hub_id=registry.hub_id)
    with connect(registry) as connection:
        judged.view_batch(connection, registry, contract, batch_id)
        outcome = checkpoint(Scan(connection, rules, contract.keys, now), suite_for("police_person", rules))
    (validation,) = outcome.run_results.values()
    found = {each.expectation_config.meta["rule"]: each for each in validation.results}
    assert type(outcome).__name__ == "CheckpointResult"
    assert not outcome.success
    assert list(found) == [rule.rule_id for rule in rules]
    wrong = found["resident_id.check_digit"]
    assert (wrong.success, wrong.result["unexpected_count"], wrong.result["element_count"]) == (False, 1, 2)
    cited = wrong.expectation_config.meta
    assert (cited["clause"], cited["indicator"], cited["owner"]) == ("GB 11643-1999", "0301", "police")
    assert wrong.expectation_config.severity == "critical"


def test_all_rules_are_run_in_one_scan_of_the_delivery(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    batch_id = stage(ROWS)
    rules = rules_for(contract, hub_id=registry.hub_id)
    with connect(registry) as connection:
        judged.view_batch(connection, registry, contract, batch_id)
        counting = Counting(connection)
        checkpoint(Scan(counting, rules, contract.keys, now), suite_for("police_person", rules))
    assert sum(sql.startswith("CREATE OR REPLACE TEMP TABLE hub_marks") for sql in counting.sent) == 1
    row_scans = [sql for sql in counting.sent if "resident_id_fault" in sql and not sql.startswith("EXPLAIN")]
    assert len(row_scans) == 1


def test_the_core_expectations_of_great_expectations_run_on_the_hubs_connection(
    settings: Settings, now: datetime
) -> None:
    gx = load().gx
    core = [
        gx.expectations.ExpectTableRowCountToEqual(value=3),
        gx.expectations.ExpectColumnValuesToNotBeNull(column="a"),
        gx.expectations.ExpectColumnValuesToBeUnique(column="a"),
        gx.expectations.ExpectColumnValuesToBeBetween(column="a", min_value=1, max_value=2),
        gx.expectations.ExpectColumnValuesToBeInSet(column="b", value_set=["x", "y"]),
    ]
    with connect(settings) as connection:
        connection.execute("CREATE TABLE staged AS SELECT * FROM (VALUES (1, 'x'), (2, 'y'), (3, 'z')) AS t(a, b)")
        outcome = checkpoint(Scan(connection, (), (), now), gx.ExpectationSuite(name="core", expectations=core))
        assert connection.execute("SELECT count(*) FROM staged").fetchall() == [(3,)]
    (validation,) = outcome.run_results.values()
    assert not any(each.exception_info.get("raised_exception") for each in validation.results)
    assert [each.success for each in validation.results] == [True, True, True, False, False]


def test_a_scan_that_cannot_run_at_all_is_said_in_a_sentence_and_judges_nothing(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_memory(_: Scan) -> None:
        raise MemoryError

    monkeypatch.setattr(Scan, "run", out_of_memory)
    with pytest.raises(Unavailable) as raised:
        run.judge(registry, contract, stage(ROWS), now=now)
    assert raised.value.code == "judgement_failed"


def test_importing_the_room_does_not_import_great_expectations() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import quality.run, sys; print('great_expectations' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "False"
