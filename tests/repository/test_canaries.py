"""The search for leaked values itself: it finds what leaked, and tells the place without the value."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.actions import runs
from catalog.settings import Settings
from tests.canaries import delivered_numbers, leaks

PERSON, PHONE = "370683199001014514", "13812345678"


@pytest.fixture
def city(registry: Settings) -> Settings:
    folder = registry.home / "demo" / "deliveries"
    folder.mkdir(parents=True)
    table = pa.table({"gmsfhm": [PERSON, None], "lxdh": [PHONE, "none"], "rows": [1, 2]})
    pq.write_table(table, folder / "police_person.parquet")
    (registry.home / "logs").mkdir()
    return registry


def _log(city: Settings, text: str) -> None:
    (city.home / "logs" / "api.log").write_text(f"started\n{text}\n", encoding="utf-8")


def test_the_numbers_of_the_deliveries_are_what_is_looked_for(city: Settings) -> None:
    assert delivered_numbers(city.home) == {PERSON, PHONE}


def test_a_number_in_a_log_is_found_by_its_place_and_not_repeated(city: Settings) -> None:
    _log(city, f"could not read '{PERSON}' as a date")
    assert leaks(city.home) == ["logs/api.log:2"]


def test_a_number_in_a_sentence_of_the_registry_is_found(city: Settings, now: datetime) -> None:
    step: dict[str, Any] = {"stage": "collect", "dataset": "police_person", "agency": "police", "started": now}
    runs.record_step(
        city, **step, seconds=1.0, cpu_seconds=0.5, rows=0, peak_mib=1, ok=False, message_en=f"No phone {PHONE}."
    )
    assert leaks(city.home) == ["run_step.message_en"]


def test_numbers_that_only_look_alike_are_no_leak(city: Settings) -> None:
    _log(city, f"batch police_person-20261120t010203-a3f09c77, 370683199001014522, x{PERSON}, {PHONE}0")
    assert leaks(city.home) == []


def test_a_home_without_deliveries_cannot_be_searched(settings: Settings) -> None:
    with pytest.raises(AssertionError, match="nothing to look for"):
        leaks(settings.home)
