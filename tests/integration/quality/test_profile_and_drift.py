"""Profiles of published versions are kept, without a value in them; a delivery that moved far from the last warns."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from catalog.contracts import Contract
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from quality.figures import profile
from quality.figures.drift import FEWEST_ROWS, Drift, compare, drift_rules, psi
from quality.figures.profile import ColumnProfile
from quality.run import judge
from tests.integration.quality.conftest import ITEMS, StageRows, contract_of

DATASET = "police_person"


def people(count: int, **more: Any) -> list[dict[str, Any]]:
    """Rows that differ in number and telephone; of two sexes, born in two years."""
    return [
        {
            "person_no": f"n{n}", "resident_id": "370683199003074514", "sex": str(1 + n % 2),
            "birth_date": date(1990 + n % 2, 3, 7), "phone": f"138{n:08d}", "amount": float(n),
            "updated_at": datetime.fromisoformat("2026-11-01"),
        }
        | more
        for n in range(count)
    ]  # fmt: skip


def published(settings: Settings, now: datetime) -> profile.Profile:
    return profile.take(settings, DATASET, Layout(settings.lake_url).standard(DATASET), now=now)


def test_a_profile_tells_how_full_how_long_and_how_spread_but_no_value(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    rows = people(4)
    rows[0]["phone"] = None
    judge(registry, contract, stage(rows), now=now)
    columns = {each.name: each for each in published(registry, now).columns}
    assert list(columns) == [item.name for item in ITEMS]
    phone, born, amount = columns["phone"], columns["birth_date"], columns["amount"]
    assert (phone.rows, phone.nulls, phone.filled, phone.shortest, phone.longest) == (4, 1, 0.75, 11, 11)
    assert (columns["person_no"].distinct, columns["person_no"].longest) == (4, 2)
    assert (born.spread, dict(born.bins)) == ("year", {"1990": 2, "1991": 2})
    assert (amount.spread, sum(amount.bins.values())) == ("magnitude", 4)
    assert (columns["sex"].spread, sorted(columns["sex"].bins.values())) == ("value", [2, 2])
    stored = tables.read(Layout(registry.lake_url).profile(DATASET))
    text = repr(stored.to_pylist())
    assert not [row["phone"] for row in rows if row["phone"] and row["phone"] in text]


def test_different_values_are_counted_as_they_are(registry: Settings) -> None:
    with connect(registry) as connection:
        connection.execute("CREATE TABLE owners AS SELECT '车主' || n AS owner FROM range(1, 1001) AS numbers(n)")
        (owner,) = profile.measure(connection, "owners")
    assert (owner.distinct, owner.exact) == (1000, True)


def test_the_same_version_is_profiled_once_and_the_newest_come_first(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    assert profile.newest(registry, DATASET) == ()
    judge(registry, contract, stage(people(3)), now=now)
    first = published(registry, now)
    published(registry, now + timedelta(hours=1))
    judge(registry, contract, stage(people(5), serial=2), now=now + timedelta(days=1))
    second = published(registry, now + timedelta(days=1))
    assert profile.newest(registry, DATASET, count=9) == (second, first)
    assert [one.columns[0].rows for one in profile.newest(registry, DATASET)] == [5]


def drifted(settings: Settings, of: Contract, batch_id: str, now: datetime) -> dict[str, tuple[str, str]]:
    verdict = judge(settings, of, batch_id, now=now)
    return {
        each.rule_id.removeprefix("dataset.drift_"): (each.outcome, each.item)
        for each in verdict.results
        if each.rule_id.startswith("dataset.drift_")
    }


def test_the_first_delivery_has_nothing_to_be_held_against(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    assert drifted(registry, contract, stage(people(200)), now) == {}


def test_a_delivery_like_the_last_has_not_moved(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage(people(200)), now=now)
    published(registry, now)
    later = drifted(registry, contract, stage(people(210), serial=2), now + timedelta(days=1))
    assert later == {"emptiness": ("passed", ""), "variety": ("passed", ""), "spread": ("passed", "")}


def test_a_delivery_that_moved_warns_and_names_the_columns(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage(people(200)), now=now)
    published(registry, now)
    odd = people(200, sex="1", phone="13800000000")
    for row in odd[::3]:
        row["amount"] = None
    batch_id = stage(odd, serial=2)
    later = drifted(registry, contract, batch_id, now + timedelta(days=1))
    assert later == {
        "emptiness": ("failed", "amount"),
        "variety": ("failed", "phone"),
        "spread": ("failed", "sex"),
    }
    assert judge(registry, contract, batch_id, now=now).outcome == "warned"  # never blocks by itself


def test_an_empty_delivery_is_not_said_to_have_kept_its_shares(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage(people(200)), now=now)
    published(registry, now)
    verdict = judge(registry, contract, stage([], serial=2), now=now + timedelta(days=1))
    drift = [one for one in verdict.results if one.rule_id.startswith("dataset.drift_")]
    assert [(one.outcome, one.a, one.b) for one in drift] == [("not_applicable", 0, 0)] * 3


def test_a_part_of_a_dataset_is_not_held_against_the_whole(registry: Settings, stage: StageRows, now: datetime) -> None:
    part = contract_of("incremental")
    judge(registry, part, stage(people(200)), now=now)
    published(registry, now)
    assert drifted(registry, part, stage(people(1, sex="1"), serial=2), now + timedelta(days=1)) == {}


def column(rows: int = 1000, **given: Any) -> ColumnProfile:
    usual: dict[str, Any] = {
        "nulls": 0, "distinct": 10, "shortest": 1, "longest": 1, "spread": "value",
        "bins": {"1": rows // 2, "2": rows // 2},
    }  # fmt: skip
    return ColumnProfile("sex", "VARCHAR", rows, **(usual | given))


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        (column(), ()),
        (column(nulls=90), ()),
        (column(nulls=110), ("emptied",)),
        (column(distinct=19), ()),
        (column(distinct=21), ("varied",)),
        (column(bins={"1": 700, "2": 300}), ()),
        (column(bins={"1": 750, "2": 250}), ("spread_out",)),
        (column(bins={"3": 1000}), ("spread_out",)),
        (column(spread="length", bins={"9": 1000}), ()),
        (column(rows=FEWEST_ROWS - 1, bins={"3": FEWEST_ROWS - 1}, distinct=1), ()),
    ],
    ids=["alike", "a little emptier", "emptier", "as varied", "more varied", "a little otherwise", "otherwise",
         "another code", "counted otherwise", "too few rows"],
)  # fmt: skip
def test_what_counts_as_moved(now: ColumnProfile, moved: tuple[str, ...]) -> None:
    (drift,) = compare([now], [column()])
    assert tuple(name for name in ("emptied", "varied", "spread_out") if getattr(drift, name)) == moved


def test_the_stability_index_is_zero_for_equal_shares_symmetric_and_finite() -> None:
    one, other = {"1": 10, "2": 990}, {"2": 500, "3": 500}
    assert psi(one, one) == 0
    assert psi(one, other) == pytest.approx(psi(other, one))
    assert 0 < psi(one, other) < 20
    # 0.5/0.5 against 0.7/0.3, by hand: 0.2 * ln(1.4) + (-0.2) * ln(0.6)
    assert psi({"1": 7000, "2": 3000}, {"1": 5000, "2": 5000}) == pytest.approx(0.1695, abs=0.0005)


def test_a_rule_names_as_many_columns_as_the_registry_has_room_for() -> None:
    moved = [Drift(f"a_rather_long_name_{n:03d}", 1.0, None, None) for n in range(40)]
    (rule, *_) = drift_rules(DATASET, "police", moved)
    assert rule.sql == "TRUE"
    assert 150 < len(rule.item) <= 200


def test_columns_that_came_or_went_are_not_compared() -> None:
    assert compare([column()], []) == ()
    assert list(drift_rules(DATASET, "police", ())) == []


def test_profiles_carry_the_moment_they_were_made(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage(people(1)), now=now)
    published(registry, now)
    (kept,) = profile.newest(registry, DATASET)
    assert kept.profiled_at == now.astimezone(UTC)
