"""Benchmarks: what is decided from measured runs, how results and page are kept; nothing is run here."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks.cities import city
from benchmarks.cities import main as main_job
from benchmarks.cities.main import Measured, decide, kept, stages
from benchmarks.claims import Claim, Outcome, load, store
from benchmarks.machine import Machine, this_machine
from benchmarks.origin import UNKNOWN, Origin, origin_of, this_run
from benchmarks.page import PAGE, number, put, section
from catalog.errors import Unavailable
from catalog.settings import Settings

MACHINE = Machine(cores=2, memory_gib=8.0, cpu="A processor", python="3.11.9")
ORIGIN = Origin("abc1234", "2026-11-22", MACHINE)


def stage(name: str, seconds: float, rows: int = 0, peak: int = 100) -> dict[str, Any]:
    data = {} if name == "night" else {"cpu_seconds": seconds / 2}
    return {"name": name, "seconds": seconds, "rows": rows, "peak_mib": peak, "ok": True} | data


def run(residents: int, *, seconds: float = 200.0, factor: float = 1.0, peak: int = 2500) -> Measured:
    summary = {
        "data_span_seconds": 80.0 + factor,
        "peak_mib": peak,
        "stages": [
            stage("night", 100.0 * factor, peak=peak),
            stage("collect", 10.0 * factor, rows=residents * 2),
            stage("standardise", 8.0 * factor, rows=residents * 2),
            stage("judge", 6.0 * factor),
            stage("build", 4.0 * factor),
            stage("publish", 2.0 * factor),
        ],
    }
    return Measured(residents, seconds, summary)


def test_a_size_that_was_not_run_decides_nothing() -> None:
    assert decide([]) == []
    assert decide([run(2_000), run(200_000)]) == []


def test_the_small_city_decides_time_and_memory() -> None:
    time, memory = decide([run(20_000, seconds=240.0, peak=3_073)])
    assert (time.ours, time.goal, time.met) == (240.0, 240, True)
    assert (memory.ours, memory.goal, memory.met) == (3_073, 3_072, False)
    assert (time.peer, time.ratio) == (None, None)


@pytest.mark.parametrize(("factor", "met"), [(12.0, True), (12.2, False)])
def test_growth_counts_the_data_stages_in_processor_time_and_not_airflows_night(factor: float, met: bool) -> None:
    growth, wall = decide([run(20_000), run(200_000, factor=factor)])[-2:]
    assert (growth.ours, growth.peer) == (15.0 * factor, 15.0)
    assert (growth.ratio, growth.met) == (factor, met)
    assert (wall.ours, wall.peer, wall.met) == (80.0 + factor, 81.0, True)


def test_the_table_of_stages_shows_rows_per_second_for_every_size() -> None:
    lines = stages([run(20_000), run(200_000, factor=10)]).splitlines()
    assert lines[0].startswith(
        "| stage | 20,000: s | 20,000: cpu s | 20,000: rows | 20,000: rows/s | 20,000: MiB | 200,000: s |"
    )
    assert "| `collect` | 10 | 5 | 40,000 | 4,000 | 100 | 100 | 50 | 400,000 | 4,000 | 100 |" in lines
    assert lines[-1].startswith("| whole | 200 |")


def test_a_stage_that_only_one_run_had_leaves_blanks_for_the_other() -> None:
    old = run(2_000)
    old.summary["stages"].pop()
    table = stages([old, run(20_000)])
    assert "| `publish` |  |  |  |  |  | 2 |" in table


def test_results_hold_what_the_contract_names_and_replace_the_same_claim(tmp_path: Path) -> None:
    path = tmp_path / "bench" / "results.json"
    store(path, [Claim("main", "a", "s", 10, 12), Claim("bulk", "b", "s", 3, 0.5, peer=10)], [UNKNOWN])
    results = store(path, [Claim("main", "a", "s", ours=13, goal=12)], [ORIGIN, ORIGIN])
    assert load(path) == results
    assert {"claim", "ours", "peer", "ratio", "goal", "met"} <= set(results[0])
    assert [(one["claim"], one["ours"], one["ratio"], one["met"]) for one in results] == [
        ("b", 3, 0.3, True),
        ("a", 13, None, False),
    ]
    unknown, known = ([origin_of(one) for one in result["origins"]] for result in results)
    assert (unknown, known) == ([UNKNOWN], [ORIGIN])


def test_a_section_replaces_only_itself(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Page\n\n<!-- bench:bulk -->\nold bulk\n<!-- /bench:bulk -->\n\nend\n")
    put(page, "bulk", "new bulk")
    put(page, "main", "## main")
    put(page, "main", "## main again")
    text = page.read_text()
    assert "old bulk" not in text
    assert text.count("<!-- bench:main -->") == 1
    assert text.index("new bulk") < text.index("end") < text.index("## main again")


def test_a_lonely_mark_is_not_guessed_at(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("<!-- bench:main -->\nhalf a section\n")
    with pytest.raises(ValueError, match="must both stand"):
        put(page, "main", "x")


def test_a_section_tells_code_day_and_shape_of_the_machine_and_who_missed() -> None:
    claims = [Claim("main", "fast", "s", ours=1234.5, goal=240), Claim("main", "small", "MiB", ours=5, goal=6)]
    text = section("Title", [ORIGIN, UNKNOWN, ORIGIN], claims, "table")
    assert [line for line in text.splitlines() if line.startswith("Measured")] == [
        "Measured on 2 cores (A processor), 8 GiB memory, Python 3.11.9; commit: abc1234; date: 2026-11-22.",
        "Measured on a machine not recorded; commit: not recorded; date: not recorded.",
    ]
    assert "| fast | 1,234 |  |  | ≤ 240 | s | **no** |" in text
    assert "| small | 5 |  |  | ≤ 6 | MiB | yes |" in text


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (3, "3"), (0.25, "0.25"), (12.34, "12.3"), (2e6, "2,000,000")]
)
def test_numbers_keep_what_matters(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_the_machine_is_told_by_shape_and_never_by_name(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name\t: Some CPU @ 2 GHz\n")
    (tmp_path / "memory.max").write_text(f"{3 * 2**30}\n")
    machine = this_machine(cpuinfo=cpuinfo, cgroup=tmp_path)
    assert machine.cpu == "Some CPU @ 2 GHz"
    assert machine.memory_gib <= 3.0
    assert set(machine.as_json()) == {"cores", "memory_gib", "cpu", "python"}
    assert this_machine(cpuinfo=tmp_path / "none", cgroup=tmp_path / "none").cpu


def test_a_run_records_the_machine_the_day_and_the_code_it_is_of(tmp_path: Path) -> None:
    before, found, after = datetime.now(UTC).date(), this_run(tmp_path), datetime.now(UTC).date()
    assert (found.commit, found.machine) == (None, this_machine())
    assert before.isoformat() <= str(found.date) <= after.isoformat()


def test_the_origin_of_a_run_is_kept_with_it_and_not_that_of_the_day_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city, "build", lambda *_given, **_asked: (200.0, run(2_000).summary))
    monkeypatch.setattr(main_job, "this_machine", lambda: MACHINE)
    for day, residents in (("2026-11-21", 2_000), ("2026-11-22", 20_000)):
        now = Origin("abc1234", day, MACHINE)
        monkeypatch.setattr(main_job, "this_run", lambda now=now: now)
        found = main_job.measure(tmp_path, [residents])
    assert [origin.date for origin in found.origins] == ["2026-11-21", "2026-11-22"]
    assert all(str(origin) in found.section for origin in found.origins)


def test_runs_of_another_machine_are_not_compared(tmp_path: Path) -> None:
    other = Machine(cores=64, memory_gib=512, cpu="Another", python="3.11.9")
    for machine, residents in ((MACHINE, 200_000), (MACHINE, 20_000), (other, 2_000)):
        one = run(residents)
        document = {"machine": machine.as_json(), "residents": residents, "seconds": 1.0, "summary": one.summary}
        (tmp_path / f"main-{residents}.json").write_text(json.dumps(document))
    assert [found.residents for found in kept(tmp_path, MACHINE)] == [20_000, 200_000]


def test_an_unknown_benchmark_lists_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["--only", "speed"], Settings(home=tmp_path)) == 2
    assert "main" in capsys.readouterr().err


def test_one_benchmark_writes_results_and_page_and_its_exit_code_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []

    def fake(folder: Path, sizes: Any) -> Outcome:
        asked.append(list(sizes))
        return Outcome([Claim("main", "a", "s", ours=3, goal=2)], "## section", [ORIGIN])

    monkeypatch.setitem(command.BENCHMARKS, "main", fake)
    page = tmp_path / "performance.md"
    page.write_text("# Page\n")
    assert command.run(["--only", "main", "--residents", "20000,2_000"], Settings(home=tmp_path), page=page) == 1
    assert asked == [[2_000, 20_000]]
    (kept_claim,) = load(tmp_path / "bench" / "results.json")
    assert (kept_claim["met"], kept_claim["origins"]) == (False, [ORIGIN.as_json()])
    assert "## section" in page.read_text()


def test_a_demo_that_fails_is_a_sentence_and_measures_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(folder: Path, residents: int) -> Measured:
        raise Unavailable("没有走通。", "The demo did not work.", code="bench_run_failed")

    monkeypatch.setattr(main_job, "_run", broken)
    page = tmp_path / "performance.md"
    page.write_text("# Page\n")
    assert command.run(["--only", "main"], Settings(home=tmp_path, language="en"), page=page) == 1
    assert "did not work" in capsys.readouterr().err
    assert page.read_text() == "# Page\n"


def test_every_section_of_the_page_says_of_which_code_day_and_machine_it_is_or_that_nobody_recorded_it() -> None:
    for part in PAGE.read_text(encoding="utf-8").split("<!-- bench:")[1:]:
        name, _, body = part.partition(" -->")
        lines = [line for line in body.splitlines() if line.startswith("Measured on ")]
        assert lines, name
        assert all("; commit: " in line and "; date: " in line for line in lines), name


def test_the_page_has_a_place_for_every_benchmark() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in command.BENCHMARKS if f"<!-- bench:{name} -->" not in text] == []
