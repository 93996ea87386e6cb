"""Rows without a number find their person, ids last, doubts go to people, and a bad delivery remakes nothing."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from catalog.database import forget_engines
from catalog.errors import ContractBroken
from catalog.settings import Settings
from lake import tables
from lake.bases import Decisions, base, build, guards, review
from lake.layout import Layout
from tests.factories.matching import people
from tests.factories.standard_tables import hold, moment, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
PERSONS = people(120, seed=21)
KNOWN = {"resident_id", "name", "sex", "address", "phone"}
Row = dict[str, Any]


def police(number: int, **changes: Any) -> Row:
    person = PERSONS[number]
    born = person["birth_date"] or ""
    held = {name: person[name] for name in KNOWN} | {"birth_date": date(int(born[:4]), int(born[4:6]), int(born[6:]))}
    return {"person_no": f"p{number}", "status": "1", "updated_at": moment(2025), **held, **changes}


def hrss(number: int, **changes: Any) -> Row:
    held = {name: PERSONS[number][name] for name in ("resident_id", "name", "address", "phone")}
    return {"insurance_no": f"h{number}", "updated_at": moment(2026), **held, **changes}


def deliver(settings: Settings, day: int = 1, *, changed: dict[int, Row] | None = None, insured: int = 80) -> None:
    """Everybody at the police; most of them insured, every fifth of those without a number."""
    said = changed or {}
    hold(settings, "police_person", *(police(n) for n in range(len(PERSONS))), day=day)
    rows = [hrss(n, **(({} if n % 5 else {"resident_id": None}) | said.get(n, {}))) for n in range(insured)]
    hold(settings, "hrss_insurance", *rows, day=day)


def ids(settings: Settings) -> dict[tuple[str, str], str]:
    """(dataset, key) -> id of the person it is linked to."""
    rows = read(settings, Layout(settings.lake_url).base("population_links"))
    return {(row["dataset"], row["key"]): row["person_id"] for row in rows}


def redirects(settings: Settings) -> list[tuple[str, str, str]]:
    rows = read(settings, Layout(settings.lake_url).base("population_redirects"))
    return [(row["old"], row["to"], row["reason"]) for row in rows]


def decided(settings: Settings, left: tuple[str, str], right: tuple[str, str], verdict: str, last: int) -> Decisions:
    links = read(settings, Layout(settings.lake_url).base("population_links"))
    record = {(row["dataset"], row["key"]): row["record_id"] for row in links}
    said = {"record_l": [record[left]], "record_r": [record[right]], "verdict": [verdict]}
    return Decisions(pa.table(said), last)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A town built once, for tests that only look."""
    settings = Settings(home=tmp_path_factory.mktemp("identity"))
    deliver(settings)
    build(settings, "population", now=NOW)
    yield settings
    forget_engines()


def test_rows_without_a_number_are_linked_to_their_person_and_fill_its_fields(city: Settings) -> None:
    found = ids(city)
    right = [found["hrss_insurance", f"h{n}"] == found["police_person", f"p{n}"] for n in range(0, 80, 5)]
    assert sum(right) >= 15
    row = next(row for row in read(city, Layout(city.lake_url).base("population")) if row["source_rows"] == 2)
    assert row["providers"] == "hrss,police"


def test_a_link_says_whether_the_number_told_and_how_sure_it_is(city: Settings) -> None:
    links = {row["key"]: row for row in read(city, Layout(city.lake_url).base("population_links"))}
    assert [links[key]["by_key"] for key in ("p5", "h5", "h6")] == [True, False, True]
    assert 0.5 < links["h5"]["probability"] <= 1


def test_built_anew_from_another_delivery_everybody_keeps_their_id(settings: Settings) -> None:
    deliver(settings)
    build(settings, "population", now=NOW)
    before = ids(settings)
    deliver(settings, 2, insured=81)
    assert build(settings, "population", now=NOW).new
    after = ids(settings)
    assert {name: after[name] for name in before} == before
    assert redirects(settings) == []


def test_a_number_found_later_merges_two_ids_and_leaves_a_redirect_with_its_reason(settings: Settings) -> None:
    stranger = {0: {"name": "欧阳若兰", "address": "文峰街道无名路1号", "phone": "13300000000"}}
    deliver(settings, changed=stranger)
    build(settings, "population", now=NOW)
    before = ids(settings)
    person, other = before["police_person", "p0"], before["hrss_insurance", "h0"]
    assert person != other
    deliver(settings, 2, changed={0: {"resident_id": PERSONS[0]["resident_id"]}})
    build(settings, "population", now=NOW)
    assert ids(settings)["hrss_insurance", "h0"] == person
    assert redirects(settings) == [(other, person, "merged")]


def test_what_people_decide_is_obeyed_by_every_later_build_and_can_be_taken_back(settings: Settings) -> None:
    deliver(settings)
    build(settings, "population", now=NOW)
    mine, theirs = ("hrss_insurance", "h5"), ("police_person", "p5")
    before = ids(settings)
    assert before[mine] == before[theirs]
    build(settings, "population", now=NOW, decisions=decided(settings, mine, theirs, "different", 1))
    apart = ids(settings)
    assert apart[theirs] == before[theirs]
    assert apart[mine] != before[mine]
    assert redirects(settings) == [(before[mine], apart[mine], "split")]
    deliver(settings, 2, insured=79)
    build(settings, "population", now=NOW, decisions=decided(settings, mine, theirs, "different", 1))
    assert ids(settings)[mine] == apart[mine]
    build(settings, "population", now=NOW, decisions=decided(settings, mine, theirs, "unsure", 2))
    assert ids(settings)[mine] == before[mine]


def test_doubtful_pairs_lie_ready_for_people_with_their_evidence_and_records(city: Settings) -> None:
    queue = review.queue(city, base("population"))
    for row in queue:
        assert 0.05 <= row["probability"] <= 0.95
        assert row["evidence"][0]["level"] == "prior"
        assert row["together"] == (row["entity_l"] == row["entity_r"])
        shown = review.records(city, base("population"), row)
        assert set(shown) == {row["record_l"], row["record_r"]}


def refused(settings: Settings, code: str) -> None:
    """The next build is refused, and what stood before still stands."""
    uris = [Layout(settings.lake_url).base(f"population{part}") for part in ("", "_links", "_redirects", "_review")]
    before = [tables.version(uri, settings=settings) for uri in uris]
    with pytest.raises(ContractBroken) as told:
        build(settings, "population", now=NOW)
    assert told.value.code == code
    assert [tables.version(uri, settings=settings) for uri in uris] == before


def test_a_department_that_suddenly_sends_empty_names_stops_the_build(settings: Settings) -> None:
    deliver(settings)
    build(settings, "population", now=NOW)
    deliver(settings, 2, changed={n: {"name": None} for n in range(0, 80)})
    refused(settings, "identity_source_emptied")
    deliver(settings, 3)
    assert build(settings, "population", now=NOW).new


def test_rows_without_names_and_numbers_or_no_rows_at_all_stop_the_build_unless_a_steward_waives_it(
    settings: Settings,
) -> None:
    deliver(settings)
    build(settings, "population", now=NOW)
    deliver(settings, 2, changed={n: {"name": None, "resident_id": None} for n in range(0, 80)})
    refused(settings, "identity_source_emptied")
    deliver(settings, 3, insured=0)
    refused(settings, "identity_source_emptied")
    assert build(settings, "population", now=NOW, waived={"identity_source_emptied"}).new


def test_numbers_that_fall_away_stop_the_build(settings: Settings) -> None:
    deliver(settings)
    build(settings, "population", now=NOW)
    deliver(settings, 2, changed={n: {"resident_id": "370683199003074511"} for n in range(0, 80) if n % 5})
    refused(settings, "identity_source_emptied")


def test_nobody_with_a_number_is_no_population(settings: Settings) -> None:
    hold(settings, "police_person", *(police(n, resident_id=None) for n in range(60)))
    refused(settings, "identity_without_numbers")


def test_a_cluster_too_large_stops_the_build(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(settings)
    monkeypatch.setattr(guards, "LARGEST", 1)
    refused(settings, "entity_too_large")


def test_the_evidence_is_kept_as_text_any_tool_can_read(city: Settings) -> None:
    rows = read(city, Layout(city.lake_url).base("population_review"))
    assert all(isinstance(json.loads(row["evidence"]), list) for row in rows)
    schema = tables.schema(Layout(city.lake_url).base("population_review"), settings=city)
    assert "string" in str(schema.field("evidence").type)


def test_a_build_that_remembers_gives_what_one_without_memory_gives(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr("lake.matching.resolve.TRAIN_FROM", 100)
    deliver(settings)
    build(settings, "population", now=NOW)
    layout = Layout(settings.lake_url)
    model = tables.version(layout.base("population_model"), settings=settings)
    changes = {3: {"name": "欧阳若兰"}, 7: {"resident_id": None}, 10: {"address": None}, 12: {"phone": "13311112222"}}
    deliver(settings, 2, changed=changes, insured=85)
    forgetful = Settings(home=tmp_path_factory.mktemp("forgetful"))
    shutil.copytree(settings.home, forgetful.home, dirs_exist_ok=True)
    for part in ("prepared", "weighed"):
        shutil.rmtree(Layout(forgetful.lake_url).base(f"population_{part}"))
    build(settings, "population", now=NOW)
    build(forgetful, "population", now=NOW)
    assert tables.version(layout.base("population_model"), settings=settings) == model == 0
    for table in ("population", "population_links", "population_review", "population_redirects"):
        assert read(settings, layout.base(table)) == read(forgetful, Layout(forgetful.lake_url).base(table))
    assert ids(settings)["hrss_insurance", "h7"] == ids(settings)["police_person", "p7"]


def test_a_model_is_learnt_anew_when_a_new_department_comes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lake.matching.resolve.TRAIN_FROM", 100)
    deliver(settings)
    build(settings, "population", now=NOW)
    hold(settings, "education_pupil", {"pupil_no": "G1", "name": PERSONS[1]["name"]})
    build(settings, "population", now=NOW)
    assert tables.version(Layout(settings.lake_url).base("population_model"), settings=settings) == 1


def test_a_build_that_died_before_the_base_itself_ends_in_the_same_state_when_run_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = {0: {"name": "欧阳若兰", "address": "文峰街道无名路1号", "phone": "13300000000"}}
    deliver(settings, changed=stranger)
    build(settings, "population", now=NOW)
    before = read(settings, Layout(settings.lake_url).base("population"))
    deliver(settings, 2, changed={0: {"resident_id": PERSONS[0]["resident_id"]}})
    write = tables.write

    def dying(uri: str, *given: Any, **more: Any) -> Any:
        if uri.endswith("/base/population"):
            raise OSError("the power went out")
        return write(uri, *given, **more)

    with monkeypatch.context() as cut:
        cut.setattr(tables, "write", dying)
        with pytest.raises(OSError, match="power"):
            build(settings, "population", now=NOW)
    assert read(settings, Layout(settings.lake_url).base("population")) == before
    build(settings, "population", now=NOW)
    found = ids(settings)
    assert found["hrss_insurance", "h0"] == found["police_person", "p0"]
    assert [reason for _, _, reason in redirects(settings)] == ["merged"]


def test_a_number_another_row_disputes_stays_a_claim_and_never_wins(settings: Settings) -> None:
    borrowed = {7: {"resident_id": PERSONS[8]["resident_id"]}}
    deliver(settings, changed=borrowed)
    build(settings, "population", now=NOW)
    found = ids(settings)
    assert found["hrss_insurance", "h7"] == found["police_person", "p7"] != found["police_person", "p8"]
    claims = [
        (row["value"], row["dataset"], row["won"])
        for row in read(settings, Layout(settings.lake_url).base("population_provenance"))
        if row["person_id"] == found["police_person", "p7"] and row["field"] == "resident_id"
    ]
    assert set(claims) == {
        (PERSONS[7]["resident_id"], "police_person", True),
        (PERSONS[8]["resident_id"], "hrss_insurance", False),
    }
