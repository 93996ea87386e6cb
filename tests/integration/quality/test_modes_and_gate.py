"""What reaches the standard zone: by mode of delivery, and only when the gate is open."""

from datetime import datetime, timedelta
from typing import Any

from catalog.contracts import Contract
from catalog.settings import Settings
from quality.gate import Waiver
from quality.run import judge
from tests.integration.quality.conftest import StageRows, contract_of, zone

GOOD_ID = "370683199003074514"
WRONG_ID = "370683199003074511"


def person(number: int, **values: Any) -> dict[str, Any]:
    """A right row, but for what `values` says."""
    return {"person_no": f"n{number}", "resident_id": GOOD_ID, "amount": 1.0} | values


def names(settings: Settings, place: str = "standard") -> list[str]:
    """Keys of the rows in one zone, sorted."""
    return sorted(row["person_no"] for row in zone(settings, place))


def test_a_snapshot_replaces_what_stood_there(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage([person(1), person(2)], serial=1), now=now)
    judge(registry, contract, stage([person(2), person(3)], serial=2), now=now)
    assert names(registry) == ["n2", "n3"]


def test_an_incremental_delivery_replaces_by_key_and_the_newest_of_a_key_wins(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    incremental = contract_of("incremental")
    old, new = datetime.fromisoformat("2026-11-01"), datetime.fromisoformat("2026-11-02")
    judge(registry, incremental, stage([person(1, updated_at=old), person(2, updated_at=old)], serial=1), now=now)
    later = [person(2, updated_at=new, amount=7.0), person(2, updated_at=old, amount=5.0), person(3, updated_at=new)]
    judge(registry, incremental, stage(later, serial=2), now=now)
    assert {row["person_no"]: row["amount"] for row in zone(registry, "standard")} == {"n1": 1.0, "n2": 7.0, "n3": 1.0}
    assert [row["amount"] for row in zone(registry, "quarantine")] == [5.0]


def test_an_appended_delivery_joins_what_stood_there(registry: Settings, stage: StageRows, now: datetime) -> None:
    judge(registry, contract_of("append"), stage([person(1)], serial=1), now=now)
    judge(registry, contract_of("append"), stage([person(2)], serial=2), now=now)
    assert names(registry) == ["n1", "n2"]


def test_an_empty_snapshot_is_blocked_and_the_last_good_table_stays(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage([person(1)], serial=1), now=now)
    verdict = judge(registry, contract, stage([], serial=2), now=now + timedelta(days=1))
    assert (verdict.outcome, verdict.rows) == ("blocked", 0)
    assert {each.rule_id for each in verdict.results if each.outcome == "failed"} >= {"dataset.not_empty"}
    assert not any(each.outcome == "passed" for each in verdict.results if each.scope != "dataset")
    assert names(registry) == ["n1"]


def test_a_delivery_without_one_fit_row_is_blocked_but_its_rows_are_kept(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage([person(1)], serial=1), now=now)
    verdict = judge(registry, contract, stage([person(2, resident_id=WRONG_ID)], serial=2), now=now)
    assert (verdict.outcome, verdict.accepted, verdict.quarantined) == ("blocked", 0, 1)
    assert (names(registry), names(registry, "quarantine")) == (["n1"], ["n2"])


def test_a_delivery_that_shrank_by_over_thirty_percent_or_came_late_warns(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage([person(n) for n in range(10)], serial=1), now=now)
    verdict = judge(registry, contract, stage([person(n) for n in range(6)], serial=2), now=now + timedelta(days=2))
    warned = {each.rule_id for each in verdict.results if each.outcome == "failed" and each.scope == "dataset"}
    assert warned == {"dataset.row_count", "dataset.timely"}
    assert (verdict.outcome, len(names(registry))) == ("warned", 6)


def test_a_waived_rule_still_reports_but_holds_no_row_back_until_the_waiver_ends(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    rows = [person(1), person(2, resident_id=WRONG_ID)]
    waiver = Waiver("resident_id.check_digit", "系统迁移", "steward", now + timedelta(hours=1))
    waived = judge(registry, contract, stage(rows, serial=1), now=now, waivers=[waiver])
    ended = judge(registry, contract, stage(rows, serial=2), now=now + timedelta(days=1), waivers=[waiver])
    assert (waived.outcome, waived.quarantined, ended.quarantined) == ("warned", 0, 1)
    assert any(each.rule_id == waiver.rule_id and each.outcome == "failed" for each in waived.results)
