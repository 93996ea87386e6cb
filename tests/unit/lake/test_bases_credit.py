"""Permits, penalties and licences: repair, withdrawal and expiry reach the tables consumers read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from authorization.masking import PLAIN
from authorization.obligations import ItemFact, columns_of
from catalog.settings import Settings
from catalog.standards import check_digits
from catalog.standards.elements import element
from lake import tables
from lake.bases import base, build, validity
from lake.engines.duckdb import connect
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
FIRM, WANG = "91370683MA3C00003Q", "370683199003074514"


def penalties(settings: Settings, now: datetime = NOW) -> dict[str, dict[str, Any]]:
    """credit_penalty by number, after a build at `now`."""
    build(settings, "legal_person", now=now)
    built = build(settings, "credit_penalty", now=now)
    return {row["penalty_no"]: row for row in read(settings, built.uri)}


def removals(settings: Settings, now: datetime = NOW) -> dict[str, dict[str, Any]]:
    built = build(settings, "credit_removal", now=now)
    return {row["penalty_no"]: row for row in read(settings, built.uri)}


def three_penalties(settings: Settings) -> None:
    hold(settings, "market_enterprise", {"record_no": "1", "uscc": FIRM, "name": "莱州某有限公司"})
    common = {"uscc": FIRM, "name": "莱州某有限公司", "fact": "未按规定公示年度报告", "decided_on": day(2025, 3, 1)}
    hold(settings, "reform_penalty", *({"penalty_no": number, **common} for number in ("1号", "2号", "3号")))


def test_a_penalty_names_the_legal_person_its_row_was_resolved_to(settings: Settings) -> None:
    three_penalties(settings)
    told = {"penalty_no": "9号", "uscc": FIRM, "name": "莱州某公司", "decided_on": day(2025)}
    hold(settings, "reform_penalty", told, {"penalty_no": "10号", "decided_on": day(2025)}, day=2)
    rows = penalties(settings)
    (firm,) = read(settings, Layout(settings.lake_url).base("legal_person"))
    assert (rows["9号"]["legal_id"], rows["9号"]["name"]) == (firm["legal_id"], "莱州某公司")
    assert rows["9号"]["legal_name"] == "莱州某有限公司"
    assert rows["10号"]["legal_id"] is None


def test_repair_and_withdrawal_take_a_penalty_out_of_what_consumers_read(settings: Settings) -> None:
    three_penalties(settings)
    assert set(penalties(settings)) == {"1号", "2号", "3号"}
    hold(
        settings,
        "reform_repair",
        {
            "repair_no": "R1",
            "document_no": "1号",
            "repair_kind": "1",
            "decided_on": day(2026, 5, 1),
            "issuer": "发改局",
        },
        {"repair_no": "R2", "document_no": "2号", "repair_kind": "2", "decided_on": day(2026, 6, 1)},
    )
    assert set(penalties(settings)) == {"3号"}
    gone = removals(settings)
    assert {number: row["reason"] for number, row in gone.items()} == {"1号": "repaired", "2号": "withdrawn"}
    assert (gone["1号"]["removed_on"], gone["1号"]["repair_no"], gone["1号"]["decided_by"]) == (
        day(2026, 5, 1), "R1", "发改局")  # fmt: skip
    assert not {"fact", "legal_id", "legal_name", "uscc", "name"} & set(gone["1号"]), "nobody is named any more"


def test_a_number_that_is_no_credit_code_goes_no_further_for_it_may_be_a_citizens(settings: Settings) -> None:
    # The second has the form of a credit code, as every number of a citizen of Beijing has.
    told = (FIRM, "110105194912310027", WANG, "370683900307451")
    rows = [{"uscc": number, "name": "王伟", "decided_on": day(2026), "valid_to": day(2030)} for number in told]
    hold(settings, "reform_penalty", *({"penalty_no": str(at), **row} for at, row in enumerate(rows)))
    hold(settings, "reform_permit", *({"permit_no": str(at), **row} for at, row in enumerate(rows)))
    carried = {number: row["uscc"] for number, row in penalties(settings).items()}
    assert carried == {"0": FIRM, "1": None, "2": None, "3": None}
    permits = {row["permit_no"]: row for row in read(settings, build(settings, "credit_permit", now=NOW).uri)}
    assert {number: row["uscc"] for number, row in permits.items()} == carried


def test_no_row_reaches_a_base_while_the_contract_of_its_dataset_is_a_draft(settings: Settings) -> None:
    three_penalties(settings)
    hold(settings, "reform_permit", {"permit_no": "P1", "uscc": FIRM, "name": "莱州某有限公司", "valid_to": day(2030)})
    contract = settings.contracts_dir / "reform_permit.odcs.yaml"
    contract.parent.mkdir(parents=True, exist_ok=True)
    contract.write_text("id: reform_permit\nstatus: draft\n", encoding="utf-8")
    build(settings, "legal_person", now=NOW)
    held_back = build(settings, "credit_permit", now=NOW)
    assert (held_back.rows, "reform_permit" in held_back.missing) == (0, True)
    contract.write_text("id: reform_permit\nstatus: active\ndescription: no draft\n", encoding="utf-8")
    assert build(settings, "credit_permit", now=NOW).rows == 1


@pytest.mark.parametrize("name", ["credit_permit", "credit_penalty"])
def test_the_counterparty_as_delivered_is_graded_as_one_who_may_be_a_person(name: str) -> None:
    graded = {item.name: (item.grade, item.personal) for item in base(name).items}
    assert graded["name"] == ("L3", "general")


def test_no_item_of_a_licence_tells_by_name_what_its_holder_would_not_have_told() -> None:
    graded = {item.name: (item.grade, item.personal) for item in base("licence").items}
    assert graded["licence_no"] == graded["licence_id"] == graded["holder_code"] == ("L4", "sensitive")
    disability = element("disability")
    for name in ("licence_name", "licence_type_code", "issuer", "issuer_code"):
        assert graded[name] == (disability.grade, disability.personal), name
    said = {"holder", "holder_kind", "holder_type", "holder_found_by", "status", "state", "valid_to", "in_force_to"}
    assert {name: graded[name] for name in said} == dict.fromkeys(said, ("L3", "general"))


def test_a_licence_granted_in_silence_shows_its_number_masked_and_not_what_kind_it_is() -> None:
    model = base("licence")
    facts = [ItemFact(item.name, item.kind, item.element, item.personal, item.key) for item in model.items]
    columns, dropped = columns_of(facts, [item.name for item in model.items], {})
    masked = {column.name: str(column.mask) for column in columns if column.mask != PLAIN}
    assert masked == {"licence_id": "pseudonym", "licence_no": "pseudonym"}
    assert set(dropped) == {"licence_name", "licence_type_code", "issuer", "issuer_code", "holder_code"}


def test_a_repair_works_from_its_day_and_the_night_after_without_a_new_delivery(settings: Settings) -> None:
    three_penalties(settings)
    coming = {"repair_no": "R1", "document_no": "1号", "repair_kind": "1", "decided_on": day(2026, 11, 21)}
    hold(settings, "reform_repair", coming)
    assert "1号" in penalties(settings, NOW)
    assert "1号" not in penalties(settings, datetime(2026, 11, 21, 1, tzinfo=UTC))


def test_a_penalty_is_shown_for_three_years_and_not_a_day_longer(settings: Settings) -> None:
    three_penalties(settings)
    assert len(penalties(settings, datetime(2028, 3, 1, 1, tzinfo=UTC))) == 3
    late = datetime(2028, 3, 2, 1, tzinfo=UTC)
    assert penalties(settings, late) == {}
    assert {row["reason"] for row in removals(settings, late).values()} == {"lapsed"}
    assert {row["removed_on"] for row in removals(settings, late).values()} == {day(2028, 3, 1)}


def test_a_permit_expires_and_a_withdrawn_one_ends_on_its_day(settings: Settings) -> None:
    run = {"uscc": FIRM, "name": "莱州某有限公司", "valid_from": day(2025)}
    hold(
        settings,
        "reform_permit",
        {"permit_no": "P1", "valid_to": day(2026, 11, 20), **run},
        {"permit_no": "P2", "valid_to": day(2026, 11, 19), **run},
        {"permit_no": "P3", "valid_to": day(2030), **run},
        {"permit_no": "P4", "valid_to": day(2030), **run, "valid_from": day(2027)},
    )
    withdrawn = {"repair_no": "R", "document_no": "P3", "repair_kind": "2", "decided_on": day(2026, 2, 3)}
    hold(settings, "reform_repair", withdrawn)
    build(settings, "legal_person", now=NOW)
    rows = {row["permit_no"]: row for row in read(settings, build(settings, "credit_permit", now=NOW).uri)}
    states = {number: row["state"] for number, row in rows.items()}
    assert states == {"P1": "valid", "P2": "expired", "P3": "withdrawn", "P4": "not_yet"}
    assert rows["P3"]["valid_to"] == day(2026, 2, 3)
    assert rows["P1"]["legal_id"]


def licence(serial: str, **more: Any) -> dict[str, Any]:
    kind, issuer, version = "11100000000013338W011", "11370683004260001X", more.get("version", "001")
    check = check_digits.mod_37_36(f"{kind}{issuer}{serial}{version}")
    known = {"licence_no": serial, "licence_type_code": kind, "issuer_code": issuer, "version": version}
    known |= {"issued_on": day(2025), "valid_from": day(2025), "valid_to": day(2027), "status": "01"}
    return {"licence_id": f"1.2.156.3005.2.{kind}.{issuer}.{serial}.{version}.{check}"} | known | more


def licences(settings: Settings, now: datetime = NOW) -> dict[str, dict[str, Any]]:
    for name in ("population", "legal_person"):
        build(settings, name, now=now)
    rows = read(settings, build(settings, "licence", now=now).uri)
    return {f"{row['licence_no']}/{row['version']}": row for row in rows}


def people_and_firms(settings: Settings) -> None:
    hold(settings, "police_person", {"person_no": "1", "resident_id": WANG, "name": "王伟", "status": "1"})
    hold(settings, "market_enterprise", {"record_no": "1", "uscc": FIRM, "name": "莱州某有限公司"})


def test_the_holder_of_a_licence_is_the_person_or_legal_person_of_the_bases(settings: Settings) -> None:
    people_and_firms(settings)
    hold(
        settings,
        "approval_licence",
        licence("A1", holder="王伟", holder_code=WANG),
        licence("A2", holder="旧名公司", holder_code=FIRM),
        licence("A3", holder="无名", holder_code="370683199003074999"),
    )
    rows = licences(settings)
    found = {number: (row["holder_kind"], row["holder_found_by"]) for number, row in rows.items()}
    assert found == {
        "A1/001": ("person", "number_and_name"),
        "A2/001": ("legal_person", "number"),
        "A3/001": ("unknown", "none"),
    }
    assert rows["A1/001"]["person_id"]
    assert rows["A2/001"]["legal_id"]


def test_the_state_of_a_licence_follows_its_days_its_status_and_newer_versions(settings: Settings) -> None:
    people_and_firms(settings)
    hold(
        settings,
        "approval_licence",
        licence("B1"),
        licence("B2", valid_to=day(2026, 11, 19)),
        licence("B3", status="07", ended_on=day(2026, 8, 1)),
        licence("B4", status="04", ended_on=day(2026, 12, 1)),
        licence("B5"),
        licence("B5", version="002", issued_on=day(2026, 3, 1), valid_from=day(2026, 3, 1)),
        licence("B6", status="02", ended_on=day(2026, 8, 1)),
        licence("B7", valid_from=day(2026, 12, 1)),
    )
    states = {number: row["state"] for number, row in licences(settings).items()}
    assert states == {
        "B1/001": "valid", "B2/001": "expired", "B3/001": "revoked", "B4/001": "valid", "B5/001": "replaced",
        "B5/002": "valid", "B6/001": "withheld", "B7/001": "not_yet",
    }  # fmt: skip
    later = {number: row["state"] for number, row in licences(settings, datetime(2027, 1, 2, tzinfo=UTC)).items()}
    assert (later["B1/001"], later["B4/001"]) == ("expired", "revoked")


def test_one_asks_which_licences_held_on_a_day(settings: Settings) -> None:
    people_and_firms(settings)
    hold(
        settings,
        "approval_licence",
        licence("B3", status="07", ended_on=day(2026, 8, 1)),
        licence("B2", valid_to=day(2026, 11, 19)),
    )
    licences(settings)

    def on(year: int, month: int, number: int) -> set[str]:
        rows = tables.scan(Layout(settings.lake_url).base("licence"), settings=settings)
        with connect(settings) as connection:
            relation = validity.limited(rows, validity.check(base("licence")), day(year, month, number))
            return {row[0] for row in connection.execute(f"SELECT licence_no FROM {relation}").fetchall()}

    assert on(2024, 12, 31) == set()
    assert on(2026, 8, 1) == {"B3", "B2"}
    assert on(2026, 8, 2) == {"B2"}
    assert on(2026, 11, 20) == set()
