"""The benchmark of coordinates: what it claims, and that it tells a wrong inverse."""

from pathlib import Path

import pytest

from benchmarks import coordinates
from benchmarks.coordinates import decide


@pytest.mark.parametrize(
    ("seconds", "off", "met"), [(0.66, 1.0, [True, True]), (0.67, 1.0, [False, True]), (0.1, 1.01, [True, False])]
)
def test_a_million_points_and_a_half_in_a_second_and_a_millimetre(seconds: float, off: float, met: list[bool]) -> None:
    assert [claim.met for claim in decide({"GCJ-02": (seconds, off)})] == met


def test_both_frames_come_back_to_less_than_a_millimetre(tmp_path: Path) -> None:
    found = coordinates.measure(tmp_path, [20_000])
    assert [claim.met for claim in found.claims if claim.unit == "mm"] == [True, True]
    assert "BD-09" in found.section


def test_an_inverse_that_stops_early_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(coordinates.TO_CGCS2000, "GCJ-02", lambda lng, lat: (lng, lat))
    claims = coordinates.measure(tmp_path, [1_000]).claims
    assert next(claim for claim in claims if claim.unit == "mm").met is False
