"""The population base: contradicting departments, one row per person, and an answer to who won and why."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import ConfigurationError, NotFound
from catalog.settings import Settings
from lake import tables
from lake.bases import BASES, build, building
from lake.engines.duckdb import connect
from lake.layout import Layout
from tests.factories.standard_tables import batch_of, day, hold, moment, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
WANG, LI = "370683199003074514", "37078319920618003X"


@pytest.fixture
def city(settings: Settings) -> Settings:
    """Two persons seen by six departments that do not agree."""
    hold(
        settings,
        "police_person",
        {"person_no": "1", "resident_id": WANG, "name": "王伟", "sex": "1", "birth_date": day(1990, 3, 7),
         "address": "文昌路街道1号", "phone": "13900000001", "status": "1", "updated_at": moment(2020)},
        {"person_no": "2", "resident_id": LI, "name": "李娜", "status": "2", "cancelled_on": day(2025, 5, 5),
         "updated_at": moment(2025, 6)},
        {"person_no": "3", "resident_id": "370683199003074511", "name": "王伟"},
        {"person_no": "4", "name": "无名氏"},
    )  # fmt: skip
    hold(
        settings,
        "hrss_insurance",
        {"insurance_no": "9", "resident_id": WANG, "name": "王玮", "address": "城港路街道2号", "phone": "13900000002",
         "updated_at": moment(2026)},
    )  # fmt: skip
    hold(settings, "health_death", {"certificate_no": "D1", "resident_id": LI, "death_date": day(2025, 4, 30)})
    hold(
        settings,
        "education_pupil",
        {"pupil_no": "G1", "resident_id": LI, "name": "李 娜", "sex": "1", "birth_date": day(1992, 6, 19)},
        {"pupil_no": "G2", "name": "没有号码"},
        {"pupil_no": "G3", "address": "城港路街道2号"},
    )
    return settings


def person(settings: Settings, number: str) -> dict[str, Any]:
    rows = read(settings, Layout(settings.lake_url).base("population"))
    (found,) = [row for row in rows if row["resident_id"] == number]
    return found


def claims(settings: Settings, number: str, field: str) -> list[tuple[Any, ...]]:
    """(value, dataset, rule, won) of every claim about a field, winner first."""
    rows = read(settings, Layout(settings.lake_url).base("population_provenance"))
    mine = [row for row in rows if row["person_id"] == person(settings, number)["person_id"] and row["field"] == field]
    mine.sort(key=lambda row: (not row["won"], row["dataset"] != "police_person", row["dataset"]))
    return [(row["value"], row["dataset"], row["rule"], row["won"]) for row in mine]


def test_there_is_one_row_per_valid_number_and_per_row_nothing_leads_to_it(city: Settings) -> None:
    built = build(city, "population", now=NOW)
    assert (built.name, built.rows, built.new) == ("population", 4, True)
    numbers = [row["resident_id"] for row in read(city, built.uri)]
    assert sorted(number for number in numbers if number) == sorted([WANG, LI])
    assert dict(built.inputs) == {
        "police_person": 0, "health_death": 0, "hrss_insurance": 0, "education_pupil": 0,
    }  # fmt: skip


def test_departments_that_never_delivered_are_named_and_count_as_empty(city: Settings) -> None:
    assert build(city, "population", now=NOW).missing == ("health_birth", "civil_subsistence")


def test_the_designated_department_wins_and_the_others_stay_visible(city: Settings) -> None:
    build(city, "population", now=NOW)
    wang = person(city, WANG)
    assert (wang["name"], wang["name_from"], wang["name_batch"]) == ("王伟", "police", batch_of("police_person"))
    assert claims(city, WANG, "name") == [
        ("王伟", "police_person", "order", True),
        ("王伟", "police_person", "order", False),
        ("王玮", "hrss_insurance", "order", False),
    ]
    assert wang["providers"] == "hrss,police"


def test_a_phone_goes_by_whose_word_is_newest(city: Settings) -> None:
    build(city, "population", now=NOW)
    assert person(city, WANG)["phone"] == "13900000002"
    assert claims(city, WANG, "phone")[0] == ("13900000002", "hrss_insurance", "recency", True)


def test_the_next_department_is_asked_where_the_designated_one_is_silent(city: Settings) -> None:
    build(city, "population", now=NOW)
    li = person(city, LI)
    assert (li["birth_date"], li["birth_date_from"]) == (day(1992, 6, 19), "education")
    assert (li["sex"], li["sex_from"]) == ("1", "education")


def test_sex_and_birth_date_nobody_gave_come_from_the_number_and_say_so(settings: Settings) -> None:
    hold(settings, "hrss_insurance", {"insurance_no": "9", "resident_id": LI, "name": "李娜"})
    build(settings, "population", now=NOW)
    li = person(settings, LI)
    assert (li["sex"], li["sex_from"], li["sex_batch"]) == ("1", "resident_id", None)
    assert (li["birth_date"], li["birth_date_from"]) == (day(1992, 6, 18), "resident_id")


def test_death_is_the_earliest_day_anybody_gives(city: Settings) -> None:
    build(city, "population", now=NOW)
    li, wang = person(city, LI), person(city, WANG)
    assert (li["death_date"], li["death_date_from"], li["alive"], li["status"]) == (
        day(2025, 4, 30), "health", False, "2",
    )  # fmt: skip
    assert (wang["death_date"], wang["alive"], wang["status"]) == (None, True, "1")
    assert claims(city, LI, "death_date") == [
        ("2025-04-30", "health_death", "earliest", True),
        ("2025-05-05", "police_person", "earliest", False),
    ]


def test_exactly_one_claim_wins_for_every_value_of_a_person(city: Settings) -> None:
    build(city, "population", now=NOW)
    rows = read(city, Layout(city.lake_url).base("population_provenance"))
    wins: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["person_id"], row["field"])
        wins[key] = wins.get(key, 0) + row["won"]
    assert set(wins.values()) == {1}


def test_every_source_row_is_linked_or_said_not_to_be(city: Settings) -> None:
    build(city, "population", now=NOW)
    links = read(city, Layout(city.lake_url).base("population_links"))
    assert len(links) == 9
    unknown = {(link["dataset"], link["key"]) for link in links if link["person_id"] is None}
    assert unknown == {("education_pupil", "G3")}
    without = {(link["dataset"], link["key"]) for link in links if not link["by_key"]}
    assert without == unknown | {("police_person", "3"), ("police_person", "4"), ("education_pupil", "G2")}
    assert {link["person_id"] for link in links} - {None} == {
        row["person_id"] for row in read(city, Layout(city.lake_url).base("population"))
    }


def test_the_same_inputs_give_the_same_rows_and_write_nothing(city: Settings) -> None:
    uri = Layout(city.lake_url).base("population")
    first = build(city, "population", now=NOW)
    rows = read(city, uri)
    again = build(city, "population", now=datetime(2027, 1, 1, tzinfo=UTC))
    assert (again.new, again.delta_version, again.rows) == (False, first.delta_version, first.rows)
    assert read(city, uri) == rows == sorted(rows, key=lambda row: row["person_id"])


def test_a_new_delivery_makes_a_new_version_and_persons_keep_their_ids(city: Settings) -> None:
    build(city, "population", now=NOW)
    before = person(city, WANG)["person_id"]
    hold(city, "police_person", {"person_no": "1", "resident_id": WANG, "name": "王大伟"}, day=2)
    built = build(city, "population", now=NOW)
    assert (built.delta_version, built.new) == (1, True)
    assert (person(city, WANG)["person_id"], person(city, WANG)["name"]) == (before, "王大伟")
    assert tables.rows(built.uri, 0, settings=city) == 4


def test_built_in_many_parts_it_is_the_same(
    city: Settings, tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = Layout(city.lake_url), Settings(home=tmp_path_factory.mktemp("parts"))
    build(city, "population", now=NOW)
    shutil.copytree(city.home, parts.home, dirs_exist_ok=True)
    shutil.rmtree(Path(parts.lake_url) / "base")
    monkeypatch.setattr("lake.bases.building.PART_ROWS", 1)
    build(parts, "population", now=NOW)
    for table in ("population", "population_provenance", "population_links"):
        assert read(parts, Layout(parts.lake_url).base(table)) == read(city, whole.base(table))


def test_ids_tell_nothing_without_the_secret_of_the_hub(city: Settings, tmp_path_factory: Any) -> None:
    build(city, "population", now=NOW)
    other = Settings(home=tmp_path_factory.mktemp("other"))
    hold(other, "police_person", {"person_no": "1", "resident_id": WANG})
    build(other, "population", now=NOW)
    assert person(city, WANG)["person_id"] != person(other, WANG)["person_id"]
    assert (city.keys_dir / "identity.key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_stops_the_build_before_every_id_changes(city: Settings) -> None:
    build(city, "population", now=NOW)
    (city.keys_dir / "identity.key").write_text("short")
    hold(city, "health_birth", {"certificate_no": "B1", "child_id": WANG}, day=2)
    with pytest.raises(ConfigurationError, match=r"identity\.key"):
        build(city, "population", now=NOW)


def test_nothing_is_built_from_nothing(settings: Settings) -> None:
    with pytest.raises(NotFound, match="police_person"):
        build(settings, "population", now=NOW)
    with pytest.raises(NotFound, match="population"):
        build(settings, "no_such_base", now=NOW)


def test_the_rows_have_the_items_the_model_promises(city: Settings) -> None:
    build(city, "population", now=NOW)
    (model,) = [base for base in BASES if base.name == "population"]
    found = tables.schema(Layout(city.lake_url).base("population"), settings=city)
    assert found.names == [item.name for item in model.items]


def test_a_base_is_built_with_the_memory_for_building(city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []

    def looked_at(*given: object, **named: object) -> object:
        connection = connect(*given, **named)  # type: ignore[arg-type]
        limits.extend(connection.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchall())
        return connection

    monkeypatch.setattr(building, "connect", looked_at)
    build(city.model_copy(update={"memory_limit": "200MB", "build_memory_limit": "1GB"}), "population", now=NOW)
    ((limit,),) = limits
    assert limit > 900_000_000
