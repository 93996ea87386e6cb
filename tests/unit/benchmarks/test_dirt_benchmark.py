"""Planted dirt over seeds: what counts as missed and as false, and that kept summaries are read, not run again."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks import origin
from benchmarks.cities import city, dirt


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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds run, each in no time; the code stands at commit c1."""
    seeds: list[int] = []

    def build(_folder: Path, _name: str, *, residents: int, seed: int) -> tuple[float, dict[str, Any]]:
        seeds.append(seed)
        return 1.0, summary(seed, residents)

    monkeypatch.setattr(city, "build", build)
    monkeypatch.setattr(city, "commit", lambda: "c1")
    return seeds


def summary(seed: int, residents: int, dirt: float = 1.0) -> dict[str, Any]:
    plan = {"residents": residents, "seed": seed, "dirt": dirt, "data": None}
    return {"plan": plan, "quality": {"planted": [kind(residents, residents, 0)]}}


def test_a_seed_is_run_once_and_its_summary_kept(tmp_path: Path, asked: list[int]) -> None:
    first = dirt.measure(tmp_path, [5, 6])
    assert dirt.measure(tmp_path, [5, 6]) == first
    assert asked == [5, 6]
    assert "20,000 / 20,000 / 0 | 20,000 / 20,000 / 0" in first.section


@pytest.mark.parametrize(
    "kept",
    [
        summary(7, 20_000) | {"commit": "c1"},
        summary(6, 500) | {"commit": "c1"},
        summary(6, 20_000, dirt=0.0) | {"commit": "c1"},
        summary(6, 20_000) | {"commit": "c0"},
        summary(6, 20_000),
    ],
    ids=["another seed", "a smaller city", "a cleaner city", "other code", "code unknown"],
)
def test_a_kept_summary_of_another_plan_or_other_code_is_run_again(
    tmp_path: Path, asked: list[int], kept: dict[str, Any]
) -> None:
    (tmp_path / "dirt-6.json").write_text(json.dumps(kept), encoding="utf-8")
    dirt.measure(tmp_path, [6])
    assert asked == [6]


def test_code_that_is_not_committed_is_run_every_time(
    tmp_path: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city, "commit", lambda: None)
    dirt.measure(tmp_path, [6])
    dirt.measure(tmp_path, [6])
    assert asked == [6, 6]


def test_code_is_at_its_commit_unless_something_outside_the_documentation_has_changed(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *who, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "docs").mkdir()
    for name in ("docs/page.md", "rule.py"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    git("add", ".")
    git("commit", "-qm", "one")
    assert origin.commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "docs" / "page.md").write_text("2", encoding="utf-8")
    assert origin.commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "rule.py").write_text("2", encoding="utf-8")
    assert origin.commit(tmp_path) is None
    assert origin.this_run(tmp_path).commit == f"{git('rev-parse', '--short=7', 'HEAD')} {origin.CHANGED}"
    assert origin.commit(tmp_path / "nowhere") is None
