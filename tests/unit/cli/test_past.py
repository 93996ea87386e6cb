"""What somebody was on a day, at the command line: masked, recorded, and the same for programs."""

import json
from datetime import UTC, datetime

import pytest

from catalog.settings import Settings
from dags.steps.bases import build_group
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
        said = shuniu("base", "as-of", "population", "--entity", mover, *options, "--json", home=city.home)
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
    said = shuniu("base", "as-of", "population", "--entity", mover, home=city.home)
    assert said.code == 0
    assert "2026-03-01" in said.out
    assert shuniu("base", "as-of", "population", "--entity", mover, "--valid", "soon", home=city.home).code == 2
    assert shuniu("base", "as-of", "population", "--entity", "P0", home=city.home).code == 1
    lines = [line for path in city.audit_dir.glob("*/*.jsonl") for line in path.read_text().splitlines()]
    assert {"as-of"} <= {one.get("surface") for one in map(json.loads, lines)}
