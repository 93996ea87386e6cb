"""Exactly once: the same batch judged again, and judgement killed at any write and run again."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog.contracts import Contract
from catalog.database import open_reader
from catalog.models import Event
from catalog.models import Verdict as StoredVerdict
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from quality import verdicts
from quality.marking import judged
from quality.run import judge
from tests.integration.quality.conftest import StageRows, contract_of, zone

ROWS: list[dict[str, Any]] = [
    {"person_no": "n1", "resident_id": "370683199003074514"},
    {"person_no": "n2", "resident_id": "370683199003074511", "phone": "12"},
    {"person_no": "n3", "resident_id": "11010519491231002X", "phone": "12"},
]


class Killed(BaseException):
    """Stands for the end of the process."""


def state(settings: Settings) -> dict[str, Any]:
    """Everything judgement leaves behind, without the moments at which it was done."""
    zones = {name: zone(settings, name) for name in ("standard", "quarantine", "findings")}
    with open_reader(settings) as session:
        stored = [(v.verdict_id, v.outcome, v.rows, v.accepted) for v in session.query(StoredVerdict)]
        events = [event.tag for event in session.query(Event)]
    without = {
        name: [{k: v for k, v in row.items() if k != "judged_at"} for row in rows] for name, rows in zones.items()
    }
    return without | {"verdicts": stored, "events": events}


@pytest.mark.parametrize("mode", ["snapshot", "incremental", "append"])
def test_the_same_batch_judged_twice_is_judged_once(
    registry: Settings, stage: StageRows, now: datetime, mode: str
) -> None:
    batch_id = stage(ROWS)
    first = judge(registry, contract_of(mode), batch_id, now=now)
    once = state(registry)
    second = judge(registry, contract_of(mode), batch_id, now=now + timedelta(hours=1))
    assert state(registry) == once
    assert (second.outcome, second.judged_at) == (first.outcome, first.judged_at)
    assert {(r.rule_id, r.scope, r.a, r.b) for r in second.results} == {
        (r.rule_id, r.scope, r.a, r.b) for r in first.results
    }


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_killed_at_any_write_and_run_again_it_ends_in_the_same_state(
    registry: Settings,
    contract: Contract,
    stage: StageRows,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    writes: int,
) -> None:
    batch_id, done = stage(ROWS), []

    def write_until_killed(*args: Any, **options: Any) -> Any:
        if len(done) == writes:
            raise Killed
        done.append(args)
        return written(*args, **options)

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    written = tables.write
    with monkeypatch.context() as patch:
        patch.setattr(tables, "write", write_until_killed)
        patch.setattr(verdicts, "store", killed)
        with pytest.raises(Killed):
            judge(registry, contract, batch_id, now=now)
    judge(registry, contract, batch_id, now=now + timedelta(hours=1))
    after = state(registry)
    assert [row["person_no"] for row in after["standard"]] == ["n1", "n3"]
    assert [row["_row"] for row in after["quarantine"]] == [1]
    assert sorted((row["row"], row["rule"]) for row in after["findings"]) == [
        (1, "phone.format"),
        (1, "resident_id.check_digit"),
        (2, "phone.format"),
    ]
    assert (len(after["verdicts"]), after["events"]) == (1, ["verdict:recorded"])


@pytest.mark.parametrize(("given", "left"), [("1GiB", 0.4 * 1024), ("300MiB", 300)])
def test_a_judging_engine_leaves_memory_to_what_works_beside_it(registry: Settings, given: str, left: float) -> None:
    with connect(registry.model_copy(update={"memory_limit": given})) as connection:
        judged.leave_room(connection)
        (found,) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    assert float(found[0].removesuffix(" MiB")) == pytest.approx(left, abs=1)
