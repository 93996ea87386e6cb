"""One delivery with every kind of fault, against a reference written in plain Python."""

import random
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from catalog.contracts import Contract
from catalog.database import open_reader
from catalog.models import Event, RuleResult
from catalog.models import Verdict as StoredVerdict
from catalog.settings import Settings
from catalog.standards import phones, resident_id
from quality.run import judge
from tests.integration.quality.conftest import StageRows, contract_of, zone

GOOD_IDS = [
    "11010519491231002X",
    "370683199003074514",
    "341822199602290124",
    "370281197908150063",
    "370285196301100431",
]
NASTY_IDS = [
    None,
    "",
    "   ",
    "370683199003074511",
    "37068319901307451X",
    "99000019900101001",
    "37068319900307451x",
    "３７０６８３",
    "𠮷' OR 1=1 --",
    "370683209903074516",
    "37078319850229123\n",
]
PHONES = [None, "", "13812345678", "0535-2211234", "12", "1381234567", "𠮷", "12345"]


def nasty_rows(count: int, now: datetime) -> list[dict[str, Any]]:
    """`count` rows, right and wrong in every combination, the same for every run."""
    pick = random.Random(11)
    rows = []
    for number in range(count):
        identity = pick.choice(GOOD_IDS * 2 + NASTY_IDS)
        right = resident_id.birth(identity) if identity in GOOD_IDS else None
        birth = pick.choice([right, right, None, date(1900, 1, 1), date(2030, 1, 1), date(1990, 3, 8)])
        rows.append(
            {
                "person_no": pick.choice([f"n{number}"] * 12 + ["twice", None, ""]),
                "resident_id": identity,
                "sex": pick.choice(["1", "2", "2", "0", "7", None]),
                "birth_date": birth,
                "phone": pick.choice(PHONES),
                "amount": pick.choice([None, -1.0, 0.0, 12.5]),
                "updated_at": pick.choice(
                    [None, datetime.fromisoformat("2026-11-01"), datetime.fromisoformat("2027-01-01")]
                ),
                "_bad": pick.choice([[], [], [], ["amount"], ["birth_date", "amount"]]) if birth is None else [],
            }
        )
    return rows


def broken_by(rows: list[dict[str, Any]], today: date) -> list[set[str]]:
    """The reference: the rules each row breaks, decided value by value."""
    holders = Counter(row["resident_id"] for row in rows)
    first = {row["person_no"]: number for number, row in reversed(list(enumerate(rows)))}
    found = []
    for number, row in enumerate(rows):
        identity, birth, sex = row["resident_id"], row["birth_date"], row["sex"]
        fault = resident_id.fault(identity, today=today) if identity else None
        right = bool(identity) and fault is None
        broken = {
            "person_no.required": not (row["person_no"] or "").strip(),
            "resident_id.required": not (identity or "").strip(" "),
            "resident_id.check_digit": bool(identity) and fault is not None,
            "resident_id.duplicate": bool(identity) and holders[identity] > 1,
            "sex.code_list": bool(sex) and sex not in ("0", "1", "2", "9"),
            "birth_date.future": birth is not None and birth > today,
            "birth_date.placeholder": birth == date(1900, 1, 1),
            "birth_date.unreadable": "birth_date" in row["_bad"],
            "amount.unreadable": "amount" in row["_bad"],
            "phone.format": bool(row["phone"]) and phones.fault(row["phone"]) is not None,
            "updated_at.future": row["updated_at"] == datetime.fromisoformat("2027-01-01"),
            "key.duplicate": row["person_no"] is not None and first[row["person_no"]] != number,
            "row.birth_matches_id": right and birth is not None and birth != resident_id.birth(identity),
            "row.sex_matches_id": right and sex in ("1", "2") and sex != resident_id.sex(identity),
            "row.amount_negative": row["amount"] == -1.0,
        }
        found.append({rule for rule, bad in broken.items() if bad})
    return found


def test_the_counts_of_every_rule_equal_a_plain_python_reference(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    rows = nasty_rows(1500, now)
    expected = Counter(rule for broken in broken_by(rows, now.date()) for rule in broken)
    verdict = judge(registry, contract, stage(rows), now=now)
    counted = {each.rule_id: each.b - each.a for each in verdict.results if each.outcome == "failed"}
    assert counted == dict(expected)
    assert {each.outcome for each in verdict.results} == {"passed", "failed", "not_applicable"}


def test_nothing_is_lost_between_the_standard_zone_and_quarantine(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    rows = nasty_rows(900, now)
    verdict = judge(registry, contract, stage(rows), now=now)
    accepted, held = zone(registry, "standard"), zone(registry, "quarantine")
    assert (verdict.rows, verdict.accepted, verdict.quarantined) == (900, len(accepted), len(held))
    assert sorted(row["_row"] for row in accepted + held) == list(range(900))


def test_quarantine_keeps_the_whole_row_with_the_rules_it_broke(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    rows = nasty_rows(300, now)
    blocking = {"person_no.required", "resident_id.check_digit", "key.duplicate"}
    expected = {number: sorted(broken & blocking) for number, broken in enumerate(broken_by(rows, now.date()))}
    batch_id = stage(rows)
    judge(registry, contract, batch_id, now=now)
    held = zone(registry, "quarantine")
    assert {row["_row"]: sorted(row["_rules"]) for row in held} == {
        n: broken for n, broken in expected.items() if broken
    }
    for row in held:
        whole = rows[row["_row"]]
        assert {name: row[name] for name in ("person_no", "resident_id", "sex", "birth_date", "phone", "amount")} == {
            name: whole[name] for name in ("person_no", "resident_id", "sex", "birth_date", "phone", "amount")
        }
        assert (row["_batch"], row["judged_at"]) == (batch_id, now)


def test_findings_hold_one_row_for_each_row_and_rule_it_broke(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    rows = nasty_rows(300, now)
    expected = {(number, rule) for number, broken in enumerate(broken_by(rows, now.date())) for rule in broken}
    judge(registry, contract, stage(rows), now=now)
    found = zone(registry, "findings")
    assert sorted((row["row"], row["rule"]) for row in found) == sorted(expected)
    assert all(row["key"] == (rows[row["row"]]["person_no"] or "") for row in found)


def test_accepted_rows_carry_their_batch_and_notes_and_moments_get_their_zone(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    row = {
        "person_no": "n1",
        "resident_id": GOOD_IDS[0],
        "updated_at": datetime.fromisoformat("2026-11-01T08:00"),
        "_notes": ["phone:plain"],
    }
    batch_id = stage([row])
    judge(registry, contract, batch_id, now=now)
    (stored,) = zone(registry, "standard")
    assert (stored["_row"], stored["_batch"], stored["_notes"]) == (0, batch_id, ["phone:plain"])
    assert stored["updated_at"] == datetime(2026, 11, 1, tzinfo=UTC)


def test_the_registry_keeps_the_verdict_with_the_counts_of_each_rule_and_one_event(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    verdict = judge(registry, contract, stage(nasty_rows(60, now)), now=now, by="steward")
    with open_reader(registry) as session:
        stored = session.get_one(StoredVerdict, verdict.verdict_id)
        results = session.query(RuleResult).filter_by(verdict_id=verdict.verdict_id).all()
        events = session.query(Event).all()
    assert (stored.outcome, stored.rows, stored.judged_at) == ("warned", 60, now)
    assert {(each.rule_id, each.a, each.b) for each in results} == {(r.rule_id, r.a, r.b) for r in verdict.results}
    assert [(event.tag, event.by) for event in events] == [("verdict:recorded", "steward")]


def test_the_verdict_keeps_how_many_rows_standardising_changed_and_how(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    changed: dict[str, Any] = {"resident_id": GOOD_IDS[0], "_notes": ["resident_id:upgraded15", "phone:fullwidth"]}
    held: dict[str, Any] = {"resident_id": "1", "_notes": ["resident_id:fullwidth"]}
    rows = [changed | {"person_no": "n1"}, changed | {"person_no": "n2"}, held | {"person_no": "n3"}]
    batch_id = stage([*rows, {"person_no": "n4", "resident_id": GOOD_IDS[1]}])
    expected = {"phone:fullwidth": 2, "resident_id:fullwidth": 1, "resident_id:upgraded15": 2}
    assert judge(registry, contract, batch_id, now=now).changes == expected
    assert judge(registry, contract, batch_id, now=now).changes == expected, "read back from the registry"


def test_an_empty_incremental_delivery_passes_with_every_rule_not_applicable(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    verdict = judge(registry, contract_of("incremental"), stage([]), now=now)
    assert verdict.outcome == "passed"
    assert {(each.b, each.outcome) for each in verdict.results} == {(0, "not_applicable")}
