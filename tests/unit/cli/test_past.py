"""What somebody was on a day, at the command line: masked, recorded, and the same for programs."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from catalog.settings import Settings
from catalog.working_days import COUNTY_TIME
from dags.steps.bases import build_group
from lake import tables
from lake.bases import base
from lake.bases.remembering import uri_of
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, moment, read
from tests.unit.cli.conftest import Shuniu

OLD, NEW = "莱州市文昌路街道旧居路1号", "莱州市城港路街道新居路2号"


def deliver(city: Settings, address: str, updated: datetime, *, on: int) -> None:
    known = {"person_no": "1", "resident_id": "370683199003077008", "name": "王小明", "birth_date": day(1990, 3, 7)}
    hold(city, "police_person", known | {"address": address, "updated_at": updated, "status": "1"}, day=on)
    build_group(city, "population", clock=lambda: datetime(2026, 11, on, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def mover(city: Settings) -> str:
    """The id of somebody who moved in March, of which the hub learnt in November."""
    deliver(city, OLD, moment(2024, 5, 1), on=3)
    deliver(city, NEW, moment(2026, 3, 1), on=10)
    (row,) = read(city, Layout(city.lake_url).base("population"))
    return str(row["person_id"])


def test_both_times_are_asked_for_together(shuniu: Shuniu, city: Settings, mover: str) -> None:
    def batch(*options: str) -> str:
        said = shuniu("base", "as-of", mover, *options, "--json", home=city.home)
        (address,) = [one for one in json.loads(said.out)["fields"] if one["name"] == "address"]
        assert OLD not in said.out
        assert NEW not in said.out
        return str(address["batch"])[14:22]

    assert batch("--valid", "2026-06-01") == "20261110"
    assert batch("--valid", "2026-02-01") == "20261103"
    assert batch("--valid", "2026-06-01", "--known", "2026-11-09") == "20261103"
    assert batch("--valid", "2026-06-01", "--known", "2026-11-10T08:59+08:00") == "20261103"
    assert batch("--valid", "2026-06-01", "--known", "2026-11-10") == "20261110"


def test_the_whole_story_is_told_to_people_and_the_look_is_recorded(shuniu: Shuniu, city: Settings, mover: str) -> None:
    said = shuniu("base", "as-of", mover, home=city.home)
    assert said.code == 0
    assert "2026-03-01" in said.out
    assert "1 正常" in said.out
    assert shuniu("base", "as-of", mover, "--valid", "soon", home=city.home).code == 2
    assert shuniu("base", "as-of", "P0", home=city.home).code == 1
    lines = [line for path in city.audit_dir.glob("*/*.jsonl") for line in path.read_text().splitlines()]
    assert {"as-of"} <= {one.get("surface") for one in map(json.loads, lines)}


def test_what_is_still_to_come_is_refused_in_a_sentence(shuniu: Shuniu, city: Settings, mover: str) -> None:
    tomorrow = datetime.now(COUNTY_TIME).date() + timedelta(days=1)
    for option, code in (("--valid", "有效日期在今天之后"), ("--known", "所知时间在现在之后")):
        said = shuniu("base", "as-of", mover, option, str(tomorrow), home=city.home)
        assert (said.code, code in said.err, said.out) == (2, True, "")
        assert shuniu("base", "as-of", mover, option, str(tomorrow - timedelta(days=1)), home=city.home).code == 0


def test_only_what_has_an_id_of_a_base_with_a_history_is_asked_of(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("base", "as-of", "economy", home=city.home)
    assert (said.code, "人口以 P 开头、法人以 L 开头" in said.err) == (1, True)
    said = shuniu("base", "review", "list", "economy", home=city.home)
    assert (said.code, "population 或 legal_person" in said.err, "topic" in said.err) == (1, True, False)


def test_everybody_of_a_base_is_read_as_they_were_on_a_day_and_as_it_was_known(
    shuniu: Shuniu, city: Settings, mover: str
) -> None:
    def told(*options: str) -> list[dict[str, str]]:
        asked = ("lake", "read", "base", "population", "--columns", "person_id,address", *options, "--json")
        return list(json.loads(shuniu(*asked, home=city.home).out))

    assert told("--valid", "2026-06-01") == [{"person_id": mover, "address": NEW}]
    assert told("--valid", "2026-02-01") == [{"person_id": mover, "address": OLD}]
    assert told("--valid", "1980-01-01") == []
    assert told("--valid", "2026-06-01", "--known", "2026-11-09") == [{"person_id": mover, "address": OLD}]
    assert told("--valid", "2026-06-01", "--known", "2020-01-01") == []
    tomorrow = datetime.now(COUNTY_TIME).date() + timedelta(days=1)
    assert shuniu("lake", "read", "base", "population", "--valid", str(tomorrow), home=city.home).code == 2


def test_the_version_on_record_is_the_one_of_the_history_that_was_read_and_no_other_may_be_asked_for(
    shuniu: Shuniu, city: Settings, mover: str
) -> None:
    asked = ("lake", "read", "base", "population", "--valid", "2026-06-01")
    assert shuniu(*asked, home=city.home).code == 0
    lines = [json.loads(line) for path in city.audit_dir.rglob("*.jsonl") for line in path.read_text().splitlines()]
    looks = [one for one in lines if one["surface"] == "cli:lake:base:history"]
    newest = tables.version(uri_of(city, base("population")), settings=city)
    assert {(look["dataset"], look["version"]) for look in looks} == {("population", newest)}
    refused = shuniu(*asked, "--version", "0", home=city.home)
    assert (refused.code, "--version 与 --valid 不能一起用" in refused.err, refused.out) == (2, True, "")
