"""Planted dirt over seeds: what counts as missed and as false, and that kept summaries are read, not run again."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import city, dirt


def kind(planted: int, found: int | None, false: int | None, name: str = "no_id") -> dict[str, Any]:
    return {"kind": name, "title_zh": "无", "title_en": "none", "planted": planted, "found": found, "false": false}


@pytest.mark.parametrize(
    ("first", "second", "met"),
    [
        (kind(100, 100, 0), kind(100, 98, 0), [True, True]),
        (kind(100, 100, 0), kind(100, 97, 0), [False, True]),
        (kind(1000, 1000, 0), kind(1000, 1000, 2), [True, True]),
        (kind(1000, 1000, 1), kind(1000, 1000, 2), [True, False]),
    ],
    ids=["2 of 200 missed", "3 of 200 missed", "2 false of 2002", "3 false of 2003"],
)
def test_missed_is_of_the_planted_and_false_of_the_noticed_over_all_seeds(
    first: dict[str, Any], second: dict[str, Any], met: list[bool]
) -> None:
    rest = kind(400, None, None, "phone_shared")  # no rule can decide it: it decides nothing
    assert [claim.met for claim in dirt.decide({1: [first, rest], 2: [second, rest]})] == met


def test_the_table_shows_every_seed_and_says_which_kind_misses_its_goal() -> None:
    lines = dirt.kinds({5: [kind(100, 99, 0), kind(3, None, None, "z")], 6: [kind(100, 97, 1)]}).splitlines()
    assert lines[0] == "| kind | seed 5 | seed 6 | missed % | false % | met |"
    assert "| `no_id` none | 100 / 99 / 0 | 100 / 97 / 1 | 2.00 | 0.51 | **no** |" in lines
    assert "| `z` none | 3 |  |  |  |  |" in lines


def test_a_seed_is_run_once_and_its_summary_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def build(_folder: Path, _name: str, *, residents: int, seed: int) -> tuple[float, dict[str, Any]]:
        asked.append(seed)
        return 1.0, {"quality": {"planted": [kind(residents, residents, 0)]}}

    monkeypatch.setattr(city, "build", build)
    (tmp_path / "dirt-6.json").write_text(json.dumps({"quality": {"planted": [kind(10, 10, 0)]}}), encoding="utf-8")
    first = dirt.measure(tmp_path, [5, 6])
    assert dirt.measure(tmp_path, [5, 6]) == first
    assert asked == [5]
    assert "20,000 / 20,000 / 0 | 10 / 10 / 0" in first[1]
