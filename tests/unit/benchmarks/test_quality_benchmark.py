"""The quality benchmark: hub, query by hand and GX on pandas must agree before anything is compared."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import quality
from benchmarks.quality import decide
from benchmarks.quality_hand import RULES
from benchmarks.quality_run import main
from catalog.errors import Unavailable

COMPARED = {"ours": 0.9, "written": 0.3, "hand": 0.6, "same": True, "peak_mib": 700.0}
PEER = {"seconds": 10.0, "load_seconds": 2.0, "peak_mib": 2000.0, "counts": {"a.required": (1, 2)}}


def judged(cpu: float, peak: float = 900.0) -> dict[str, Any]:
    return {"seconds": cpu, "cpu_seconds": cpu, "peak_mib": peak, "counts": {"a.required": [1, 2]}}


def test_hub_and_hand_and_pandas_count_the_same_on_the_same_rows(tmp_path: Path) -> None:
    found = {mode: main(mode, tmp_path, 3_000) for mode in ("judge", "compare", "pandas")}
    assert found["compare"]["same"]
    assert found["judge"]["counts"] == found["pandas"]["counts"]
    assert set(found["judge"]["counts"]) == set(RULES)
    broken = [rule for rule, (a, b) in found["judge"]["counts"].items() if a < b]
    assert len(broken) > 15  # dirt of nearly every kind, or equal counts would say little
    assert found["judge"]["quarantined"] > 0


def test_the_smallest_size_decides_ratios_and_every_size_its_memory() -> None:
    claims = decide({1_000_000: judged(3.0), 10_000_000: judged(37.0, peak=1_100.0)}, COMPARED, PEER)
    assert [(one.ratio, one.met) for one in claims] == [
        (1.5, True), (0.5, True), (0.12, True), (None, True), (None, False), (1.233, False),
    ]  # fmt: skip


def test_few_rows_decide_no_ratio() -> None:
    assert [one.unit for one in decide({1_000: judged(3.0)}, COMPARED, PEER)] == ["MiB"]


def test_a_size_alone_says_nothing_of_growth() -> None:
    assert len(decide({1_000_000: judged(3.0)}, COMPARED, PEER)) == 4


def test_counts_that_differ_stop_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"judge": judged(1.0), "compare": COMPARED, "pandas": PEER | {"counts": {"a.required": (2, 2)}}}
    monkeypatch.setattr(quality, "_child", lambda mode, _home, _rows: answers[mode])
    with pytest.raises(Unavailable, match=r"a\.required"):
        quality.measure(tmp_path, [])
    answers["pandas"] = PEER
    found = quality.measure(tmp_path, [])
    assert len(found.claims) == 4
    assert "| GX on pandas: all | 10 | 2,000 |" in found.section


def test_a_measured_process_that_breaks_off_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        quality._child("no_such_mode", tmp_path, 10)
    assert raised.value.code == "bench_run_failed"
