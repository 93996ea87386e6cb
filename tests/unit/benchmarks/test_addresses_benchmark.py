"""The address benchmark: what counts as missed and as wrong; a small city is matched without a wrong building."""

import pytest

from benchmarks import addresses_ways as ways
from benchmarks.addresses import Scored, decide, score
from benchmarks.addresses_data import city_samples


def scored(**given: int) -> Scored:
    counts = {"texts": 1000, "decidable": 900, "right": 900, "wrong": 0, "households": 800, "right_household": 800}
    return Scored("a city", **(counts | {"wrong_household": 0} | given))


def test_missed_is_of_the_decidable_and_wrong_of_all() -> None:
    one = scored(right=891, wrong=5)
    assert one.missed == pytest.approx(1.0)
    assert one.wrong_share == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("counts", "met"),
    [({"right": 882}, [True, True]), ({"right": 881}, [False, True]), ({"wrong": 3}, [True, True]),
     ({"wrong": 4}, [True, False])],
    ids=["98 of 100 found", "fewer found", "3 of 1000 wrong", "more wrong"],
)  # fmt: skip
def test_the_goals_are_98_found_and_three_wrong_in_a_thousand(counts: dict[str, int], met: list[bool]) -> None:
    assert [claim.met for claim in decide([scored(**counts)])] == met


@pytest.mark.parametrize(
    ("number", "read"), [("3", "三"), ("10", "十"), ("12", "十二"), ("20", "二十"), ("21", "二十一"), ("103", "一〇三")]
)
def test_numerals_are_as_they_are_read(number: str, read: str) -> None:
    assert ways.numeral(number) == read


def test_a_small_city_is_found_in_every_way_of_writing_and_nothing_is_found_that_is_not_there() -> None:
    delivered, written = (score(sample) for sample in city_samples(7, 1_000))
    for one in (delivered, written):
        assert one.decidable > 500
        assert (one.wrong, one.wrong_household) == (0, 0)
        assert one.missed < 2.0
