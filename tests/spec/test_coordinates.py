"""GCJ-02 and BD-09: points of five cities by the public formulae, and inverses good to a millimetre."""

import numpy as np
import pytest

from catalog.standards.coordinates import (
    TO_CGCS2000,
    bd09_from_gcj02,
    cgcs2000_from_bd09,
    cgcs2000_from_gcj02,
    gcj02_from_cgcs2000,
)

CITIES = [
    # CGCS2000, GCJ-02, BD-09 (degrees, six decimals)
    ((119.9423, 37.1771), (119.947515, 37.177622), (119.954100, 37.183284)),
    ((118.7910, 36.8558), (118.796681, 36.856195), (118.803086, 36.862550)),
    ((120.0335, 36.2647), (120.038835, 36.264938), (120.045402, 36.270782)),
    ((120.5178, 36.8890), (120.522667, 36.889430), (120.529245, 36.895211)),
    ((119.4206, 30.8934), (119.425931, 30.891341), (119.432420, 30.897419)),
]
MILLIMETRE = 1e-3 / 111_320  # degrees


def pair(point: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([point[0]]), np.array([point[1]])


@pytest.mark.parametrize(("plain", "gcj", "bd"), CITIES)
def test_the_formulae_give_the_published_points(plain, gcj, bd) -> None:
    there = gcj02_from_cgcs2000(*pair(plain))
    assert np.allclose(np.ravel(there), gcj, rtol=0, atol=6e-7)
    assert np.allclose(np.ravel(bd09_from_gcj02(*there)), bd, rtol=0, atol=6e-7)


def test_the_inverses_are_exact_to_a_millimetre_all_over_china() -> None:
    random = np.random.default_rng(7)
    lng, lat = random.uniform(74, 135, 40_000), random.uniform(3.5, 53.5, 40_000)
    gcj = gcj02_from_cgcs2000(lng, lat)
    for back in (cgcs2000_from_gcj02(*gcj), cgcs2000_from_bd09(*bd09_from_gcj02(*gcj))):
        assert np.max(np.abs(back[0] - lng)) < MILLIMETRE
        assert np.max(np.abs(back[1] - lat)) < MILLIMETRE


def test_points_outside_china_are_not_moved() -> None:
    assert np.ravel(cgcs2000_from_gcj02(*pair((2.35, 48.85)))).tolist() == [2.35, 48.85]


def test_no_points_are_no_trouble() -> None:
    empty = np.empty(0)
    for turn in TO_CGCS2000.values():
        assert [part.size for part in turn(empty, empty)] == [0, 0]


@pytest.mark.parametrize("frame", sorted(TO_CGCS2000))
def test_a_point_comes_out_the_same_to_the_last_bit_wherever_it_stands(frame) -> None:
    """A ring's first and last corner, or two counties' common border, must not part by a rounding."""
    random = np.random.default_rng(11)
    lng, lat = random.uniform(74, 135, 40_000), random.uniform(3.5, 53.5, 40_000)
    together = TO_CGCS2000[frame](lng, lat)
    for at in (0, 16_383, 16_384, 39_999):
        alone = TO_CGCS2000[frame](lng[at : at + 1], lat[at : at + 1])
        assert [part[at] for part in together] == [part[0] for part in alone]
