"""GCJ-02 and BD-09 turned back to CGCS2000: how fast on one core, and how far from the formula's inverse."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.claims import Claim, Outcome
from benchmarks.origin import this_run
from benchmarks.page import number, section, table
from catalog.standards.coordinates import TO_CGCS2000, Pair, bd09_from_gcj02, gcj02_from_cgcs2000

TITLE = "Coordinates: GCJ-02 and BD-09 to CGCS2000"
POINTS, TURNS = 3_000_000, 3
MOST_SECONDS, MOST_MM = 1 / 1.5, 1.0  # a million points in that time: 1.5 million points in a second
MM_OF_A_DEGREE = 111_320_000
NOTE = """
Points spread over the province are moved by the public formula and turned back; the greatest difference on either axis
is told in millimetres of latitude. Processor seconds of one thread, the best of three turns.
"""


def measure(folder: Path, sizes: Sequence[int]) -> Outcome:
    """Turn `sizes`[0] points back (none asked for: three million); `folder` stays empty."""
    origin, points = this_run(), next(iter(sizes), POINTS)
    random = np.random.default_rng(20261122)
    plain = random.uniform(114.8, 122.7, points), random.uniform(34.4, 38.4, points)
    gcj = gcj02_from_cgcs2000(*plain)
    found = {
        frame: _turned(frame, moved, plain) for frame, moved in (("GCJ-02", gcj), ("BD-09", bd09_from_gcj02(*gcj)))
    }
    claims = decide(found)
    rows = [(frame, number(1 / seconds), f"{off:.3f}") for frame, (seconds, off) in found.items()]
    shown = table(("frame", "million points / s", "mm off"), rows)
    return Outcome(claims, section(TITLE, [origin], claims, shown, NOTE.strip()), [origin])


def decide(found: dict[str, tuple[float, float]]) -> list[Claim]:
    """Two claims for each frame -> (processor seconds for a million points, millimetres off)."""
    claims = []
    for frame, (seconds, off) in found.items():
        claims.append(Claim("coordinates", f"{frame}: a million points on one core", "cpu s", seconds, MOST_SECONDS))
        claims.append(Claim("coordinates", f"{frame}: from the formula's inverse", "mm", off, MOST_MM))
    return claims


def _turned(frame: str, moved: Pair, plain: Pair) -> tuple[float, float]:
    spent = []
    for _ in range(TURNS):
        began = time.process_time()
        back = TO_CGCS2000[frame](*moved)
        spent.append(time.process_time() - began)
    off = max(float(np.max(np.abs(mine - theirs))) for mine, theirs in zip(back, plain, strict=True))
    return round(min(spent) * 1e6 / len(plain[0]), 4), round(off * MM_OF_A_DEGREE, 4)
