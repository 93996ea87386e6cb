"""`shuniu topic`, and `shuniu lake read --on`: what an engineer of the bureau sees and does."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.database import forget_engines, migrate, open_session
from catalog.models import Dataset, Event
from catalog.settings import Settings
from demo.agencies import register_all
from lake.bases import build
from tests.factories.standard_tables import day, hold
from tests.factories.topics import SQL, write
from tests.unit.cli.conftest import Shuniu

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
NAME = "topic_facilities"


@pytest.fixture
def hub(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", language="en")
    migrate(settings)
    with open_session(settings) as session:
        register_all(session, by="test", now=NOW)
    forget_engines()
    return settings


def test_a_topic_is_checked_added_once_and_listed(shuniu: Shuniu, hub: Settings, tmp_path: Path) -> None:
    files = [str(path) for path in write(tmp_path / "mine")]
    checked = json.loads(shuniu("topic", "check", *files, "--json", home=hub.home).out)
    assert (checked["topic"], checked["inputs"]) == (NAME, ["public_service"])
    assert not (hub.topics_dir / f"{NAME}.sql").exists()
    assert shuniu("topic", "add", *files, home=hub.home).code == 0
    rows = {row["topic"]: row for row in json.loads(shuniu("topic", "list", "--json", home=hub.home).out)}
    assert (rows[NAME]["declared"], rows[NAME]["fault"], rows[NAME]["version"]) == (True, None, None)
    assert rows["topic_housing_support"]["declared"] is False
    with open_session(hub) as session:
        entry = session.get(Dataset, NAME)
        assert entry is not None
        assert (entry.zone, entry.sharing) == ("topic", "unconditional")
        assert {"civil", "education"} <= set(entry.providers)
        assert session.query(Event).filter(Event.tag == "dataset:registered", Event.subject == NAME).count() == 1


def test_a_topic_that_is_wrong_is_neither_added_nor_silent(shuniu: Shuniu, hub: Settings, tmp_path: Path) -> None:
    files = [str(path) for path in write(tmp_path / "mine", SQL.replace("count(*)", "random()"))]
    refused = shuniu("topic", "add", *files, home=hub.home)
    assert refused.code == 2
    assert "random" in refused.err
    assert not hub.topics_dir.exists()
    write(hub.topics_dir, "SELECT FROM WHERE (", name=NAME)
    rows = {row["topic"]: row for row in json.loads(shuniu("topic", "list", "--json", home=hub.home).out)}
    assert rows[NAME]["fault"]


def test_one_reads_what_held_on_a_day(shuniu: Shuniu, hub: Settings) -> None:
    figure = {"indicator_code": "LZ001", "period": "202503", "unit": "亿元"}
    first = figure | {"value": 70.0, "published_on": day(2025, 4, 18)}
    hold(hub, "stats_indicator", first, figure | {"value": 71.5, "published_on": day(2025, 7, 18)})
    for name in ("economy_claim", "economy"):
        build(hub, name, now=NOW)

    def known(on: str) -> list[float]:
        asked = ("lake", "read", "base", "economy", "--on", on, "--columns", "value", "--json")
        return [row["value"] for row in json.loads(shuniu(*asked, home=hub.home).out)]

    assert (known("2025-05-01"), known("2025-07-18")) == ([70.0], [71.5])
    assert shuniu("lake", "read", "base", "economy", "--on", "May", home=hub.home).code == 2
    assert shuniu("lake", "read", "base", "economy_claim", "--on", "2025-05-01", home=hub.home).code == 0


def test_a_base_without_days_of_validity_says_so(shuniu: Shuniu, hub: Settings) -> None:
    hold(hub, "land_grid", {"grid_code": "370683001001001"})
    build(hub, "spatial_grid", now=NOW)
    refused = shuniu("lake", "read", "base", "spatial_grid", "--on", "2025-05-01", home=hub.home)
    assert refused.code == 2
    assert "--as-of" in refused.err
