"""Property: the nearest found by sorting numbers are those anybody would count by hand."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.matching.nearest import PLACE_BITS, nearest, once

PLACE = st.integers(0, 40) | st.integers(2**31 - 3, 2**31 - 1)
MEETINGS = st.lists(st.tuples(PLACE, PLACE), max_size=200)


@given(MEETINGS, st.integers(1, 5))
def test_those_met_most_often_are_the_nearest_and_of_equal_ones_the_smaller(met, most):
    meetings = np.array([searched << PLACE_BITS | other for searched, other in met], np.int64)
    searched, other = nearest(meetings, most)
    by_hand: dict[int, list[tuple[int, int]]] = {}
    for (who, whom), times in Counter(met).items():
        by_hand.setdefault(who, []).append((-times, whom))
    expected = [(who, whom) for who in sorted(by_hand) for _, whom in sorted(by_hand[who])[:most]]
    assert list(zip(searched.tolist(), other.tolist(), strict=True)) == expected


@pytest.mark.parametrize("searched", [2048, 2049])
def test_more_than_one_number_can_rank_is_refused_and_not_ranked_wrongly(searched):
    everyone = np.arange(searched, dtype=np.int64) << PLACE_BITS | 2**PLACE_BITS - 1
    meetings = np.concatenate([everyone, np.repeat(everyone[:1], 2**20 - 1)])
    if searched > 2048:
        with pytest.raises(OverflowError):
            nearest(meetings, 1)
    else:
        who, other = nearest(meetings, 1)
        assert who.tolist() == list(range(searched))
        assert set(other.tolist()) == {2**PLACE_BITS - 1}


@given(MEETINGS)
def test_a_pair_found_from_both_sides_stands_once(met):
    left, right = (np.array([pair[side] for pair in met], np.int64) for side in (0, 1))
    low, high = once(left, right)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == sorted({(min(pair), max(pair)) for pair in met})
