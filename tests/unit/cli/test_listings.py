"""Listings: tables for people, JSON for programs."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from catalog.settings import Settings
from exchange_api.cli.speaking.speech import shown
from tests.unit.cli.conftest import Shuniu

LISTINGS = {
    ("source", "list"): ("code", "police_db"),
    ("dataset", "list"): ("code", "police_person"),
    ("dataset", "items", "police_person"): ("name", "resident_id"),
    ("run", "list"): ("dataset", "land_parcel"),
    ("quality", "list"): ("dataset", "population"),
    ("quality", "ranking"): ("agency", "police"),
    ("grant", "list"): ("code", "housing_2026"),
    ("account", "list"): ("login", "steward"),
    ("usage", "list"): ("provider", "police"),
    ("audit", "show"): ("dataset", "topic_housing_support"),
    ("contract", "list"): ("dataset", "police_person"),
}


@pytest.mark.parametrize("arguments", LISTINGS)
def test_a_listing_is_a_table_for_people_and_json_for_programs(
    shuniu: Shuniu, city: Settings, arguments: tuple[str, ...]
) -> None:
    for_people = shuniu(*arguments, home=city.home)
    for_programs = shuniu(*arguments, "--json", home=city.home)
    assert for_people.code == for_programs.code == 0
    rows = json.loads(for_programs.out)
    key, expected = LISTINGS[arguments]
    assert expected in [row[key] for row in rows]
    assert expected in for_people.out or "公安局" in for_people.out


def test_moments_in_json_carry_their_zone(shuniu: Shuniu, city: Settings) -> None:
    step = json.loads(shuniu("run", "list", "--json", home=city.home).out)[0]
    assert datetime.fromisoformat(step["started_at"]).utcoffset() is not None


def test_a_failed_step_is_listed_with_its_sentence_and_shown_in_full(shuniu: Shuniu, city: Settings) -> None:
    step = json.loads(shuniu("run", "list", "--failed", "--json", home=city.home).out)
    assert [one["dataset"] for one in step] == ["land_parcel"]
    said = shuniu("run", "show", str(step[0]["step_id"]), home=city.home)
    assert "系统 land_files 的文件夹打不开" in said.out
    assert shuniu("run", "show", "999999", home=city.home).code == 1


def test_the_catalogue_is_searched_by_words_and_department(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("dataset", "list", "--words", "身份号码", "--agency", "police", "--json", home=city.home)
    assert [entry["code"] for entry in json.loads(said.out)] == ["police_person"]


def test_a_datasets_quality_is_shown_rule_by_rule_with_a_and_b(shuniu: Shuniu, city: Settings) -> None:
    found = json.loads(shuniu("quality", "show", "police_person", "--json", home=city.home).out)
    first = found["rules"][0]
    assert (first["rule_id"], first["failing"], first["b"], first["rate"]) == (
        "resident_id.check_digit",
        510,
        20_431,
        "97.50 %",
    )
    assert "身份号码校验位正确" in shuniu("quality", "show", "police_person", home=city.home).out


def test_a_datasets_quality_tells_what_standardising_changed(shuniu: Shuniu, city: Settings) -> None:
    found = json.loads(shuniu("quality", "show", "police_person", "--json", home=city.home).out)
    assert [(one["item"], one["what"], one["rows"]) for one in found["changes"]] == [
        ("birth_date", "date_format", 227),
        ("resident_id", "upgraded15", 102),
    ]
    assert found["changes"][1]["title"] == ["15 位身份号码升为 18 位", "15-digit identity numbers upgraded to 18"]
    assert "15 位身份号码升为 18 位" in shuniu("quality", "show", "police_person", home=city.home).out


def test_no_listing_of_systems_shows_a_secret(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"user": "hub", "password": "CANARY-secret"}')
    place = ("--agency", "police", "--kind", "postgresql", "--location", "postgresql://db:5432/x")
    added = shuniu("source", "add", "police_new", *place, "--secret-file", str(secret), home=city.home)
    assert added.code == 0
    for arguments in (("source", "list"), ("source", "list", "--json"), ("source", "show", "police_new")):
        assert "CANARY" not in shuniu(*arguments, home=city.home).out


def test_credentials_inside_a_location_are_refused(shuniu: Shuniu, city: Settings) -> None:
    place = ("--agency", "police", "--kind", "postgresql", "--location", "postgresql://a:CANARY@db/x")
    said = shuniu("source", "add", "police_bad", *place, home=city.home)
    assert said.code == 2
    assert "CANARY" not in said.err


def test_a_report_is_printed_as_its_provider_verifies_it(shuniu: Shuniu, city: Settings) -> None:
    report = json.loads(shuniu("usage", "list", "--provider", "police", "--json", home=city.home).out)[0]
    body = json.loads(shuniu("usage", "report", report["report_id"], home=city.home).out)
    assert body["provider"] == "police"
    assert body["signature"]


def test_the_demo_citys_contracts_are_valid_and_a_broken_one_is_not(shuniu: Shuniu, tmp_path: Path) -> None:
    from tests.factories.small_registry import CONTRACTS

    assert "24 份契约" in shuniu("contract", "check", str(CONTRACTS)).out
    one = str(CONTRACTS / "police_person.odcs.yaml")
    assert "1 contract is valid" in shuniu("contract", "check", one, language="en").out
    assert "2 contracts are valid" in shuniu("contract", "check", one, one, language="en").out
    broken = tmp_path / "x.odcs.yaml"
    broken.write_text("kind: Nothing")
    assert shuniu("contract", "check", str(broken)).code == 1


def test_a_contract_is_registered_and_kept_where_pipelines_look(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    from tests.factories.small_registry import CONTRACTS

    said = shuniu("contract", "register", str(CONTRACTS / "police_person.odcs.yaml"), home=city.home)
    assert said.code == 0
    assert (city.contracts_dir / "police_person.odcs.yaml").is_file()


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), ("", "—"), ([], "—"), (True, "是"), (12345, "12,345"), (["a", "b"], "a, b"), ({"a": 1}, '{"a": 1}')],
)
def test_a_value_is_shown_as_a_person_reads_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_contract_that_is_not_classified_or_not_whole_does_not_pass_the_check(shuniu: Shuniu, tmp_path: Path) -> None:
    from tests.factories.small_registry import CONTRACTS

    text = (CONTRACTS / "civil_subsistence.odcs.yaml").read_text(encoding="utf-8")
    for wrong, word in (
        (text.replace("    classification: L1\n", "", 1), "serial_no"),
        (text.replace("classification: L4", "classification: L2", 1), "resident_id"),
        (text.replace("      match: resident_id\n", "", 1), "dead_still_held"),
        (text.replace("query: approved_on < birth_date", "query: approved_on <", 1), "row.approved_before_birth"),
        (text.replace("query: approved_on < birth_date", "query: no_such_item > 1", 1), "row.approved_before_birth"),
        (text.replace("value: conditional", "value: unconditional", 1), "L4"),
    ):
        path = tmp_path / "civil_subsistence.odcs.yaml"
        path.write_text(wrong, encoding="utf-8")
        said = shuniu("contract", "check", str(path))
        assert said.code == 1
        assert word in said.err


def test_wrong_options_are_all_told_and_the_contract_is_neither_valid_nor_registered(
    shuniu: Shuniu, city: Settings, tmp_path: Path
) -> None:
    from tests.factories.small_registry import CONTRACTS

    text = (CONTRACTS / "stats_indicator.odcs.yaml").read_text(encoding="utf-8")
    wrong = "{partitions: many, partition_by: x, look_back: soon, skip_rows: .nan}"
    path = tmp_path / "stats_indicator.odcs.yaml"
    path.write_text(f"{text.rstrip()}\n- {{property: options, value: {wrong}}}\n", encoding="utf-8")
    for verb in ("check", "register"):
        said = shuniu("contract", verb, str(path), home=city.home, language="en")
        assert said.code == 1
        assert "stats_indicator has wrong options" in said.err
        assert all(f"Option {name} is" in said.err for name in ("partitions", "look_back", "skip_rows"))
        assert "still to fill in" not in said.err


def test_a_contract_that_is_not_classified_is_not_registered(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    from tests.factories.small_registry import CONTRACTS

    kept = city.contracts_dir / "stats_indicator.odcs.yaml"
    before = kept.read_text(encoding="utf-8") if kept.is_file() else None
    path = tmp_path / "stats_indicator.odcs.yaml"
    text = (CONTRACTS / "stats_indicator.odcs.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("    classification: L1\n", "", 1), encoding="utf-8")
    said = shuniu("contract", "register", str(path), home=city.home)
    assert (said.code, "classification" in said.err) == (1, True)
    assert (kept.read_text(encoding="utf-8") if kept.is_file() else None) == before
