"""Accuracy over cities: the worst city decides, the hub scores nothing itself, and no delivery tells the truth."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from benchmarks.addresses_data import ADDRESSED
from benchmarks.cities import accuracy, city
from benchmarks.machine import Machine
from benchmarks.origin import Origin
from demo.city.build import build_city

MACHINE = Machine(cores=2, memory_gib=8.0, cpu="A processor", python="3.11.9")
ROOT = Path(accuracy.__file__).parents[2]
HUB = ("catalog", "lake", "quality", "authorization", "exchange_api", "dags", "launch")


def truth(people: float, legal: float) -> dict[str, dict[str, float]]:
    rest = {"precision": 1.0, "recall": 0.99, "blocking_recall": 0.999, "rows": 1200, "linked_rows": 1100}
    rest |= {"entities": 900, "true_entities": 910}
    return {"population": rest | {"f1": people}, "legal_person": rest | {"f1": legal}}


@pytest.mark.parametrize(
    ("worst", "met"),
    [
        (truth(0.995, 0.998), [True, True]),
        (truth(0.99499, 1.0), [False, True]),
        (truth(1.0, 0.99799), [True, False]),
        ({"population": truth(1.0, 1.0)["population"]}, [True, False]),
    ],
    ids=["just enough", "people short", "legal persons short", "no legal persons built"],
)
def test_the_worst_city_of_each_base_decides(worst: dict[str, dict[str, float]], met: list[bool]) -> None:
    assert [claim.met for claim in accuracy.decide({1: truth(1.0, 1.0), 2: worst})] == met


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The (residents, seed) run, each in no time; the code stands at commit c1."""
    cities: list[tuple[int, int]] = []

    def build(_folder: Path, _name: str, *, residents: int, seed: int) -> tuple[float, dict[str, Any]]:
        cities.append((residents, seed))
        plan = {"residents": residents, "seed": seed, "dirt": 1.0, "data": None}
        return 1.0, {"plan": plan, "bases": {"truth": truth(0.99612, 0.99934)}}

    monkeypatch.setattr(city, "build", build)
    monkeypatch.setattr(city, "commit", lambda: "c123456789")
    monkeypatch.setattr(city, "this_run", lambda: Origin("c123456", f"2026-11-{20 + len(cities)}", MACHINE))
    return cities


def test_every_seed_is_run_once_at_full_size_and_shown_with_its_commit(
    tmp_path: Path, asked: list[tuple[int, int]]
) -> None:
    claims, shown, origins = accuracy.measure(tmp_path, [5, 6])
    assert accuracy.measure(tmp_path, [5, 6]) == (claims, shown, origins)
    assert asked == [(100_000, 5), (100_000, 6)]
    assert [claim.ours for claim in claims] == [0.388, 0.066]
    assert "| seed 6, people | 1,200 | 8.33 | 910 | 900 | 1.00000 | 0.99000 | 0.99612 | 0.99900 |" in shown
    assert [origin.date for origin in origins] == ["2026-11-20", "2026-11-21"]
    assert all(f"{MACHINE}; commit: c123456; date: {origin.date}." in shown for origin in origins)


def test_a_city_kept_by_a_run_that_recorded_neither_day_nor_machine_says_so() -> None:
    _, shown, _ = accuracy.shown({5: {"bases": {"truth": truth(1.0, 1.0)}, "commit": "c123456789"}})
    assert "Measured on a machine not recorded; commit: not recorded; date: not recorded." in shown


def test_no_column_a_department_delivers_tells_who_its_rows_are_about(tmp_path: Path) -> None:
    built = build_city(tmp_path, residents=1000, seed=9)
    links = pq.read_table(built.folder / "truth" / "links.parquet").to_pylist()
    for dataset, (key, _) in ADDRESSED.items():
        uid = {link["key"]: str(link["uid"]) for link in links if link["dataset"] == dataset}
        rows = [row for row in deliveries(built.folder, dataset) if str(row[key]) in uid]
        assert rows, dataset
        for column in rows[0]:
            told = sum(str(row[column]) == uid[str(row[key])] for row in rows)
            assert told <= 0.05 * len(rows) + 1, (dataset, column)


def deliveries(folder: Path, dataset: str) -> list[dict[str, Any]]:
    return list(pq.read_table(folder / "deliveries" / f"{dataset}.parquet").to_pylist())


def test_no_part_of_the_hub_names_a_file_of_the_truth() -> None:
    for package in HUB:
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "links.parquet" not in text, path
            assert "planted.parquet" not in text, path
            assert '"truth"' not in text, path
