"""Whom a record meets most often: of meetings counted pair by pair, the few nearest of every record searched for.

Tens of millions of meetings are counted here. Each is one number, and a sorted array of numbers is counted and ranked
in half the time a hash table of pairs takes.
"""

from __future__ import annotations

import numpy as np

from lake.matching.clustering import Bools, Ints

PLACE_BITS = 32
"""Bits of a place in the order of records."""
_OTHER = (1 << PLACE_BITS) - 1


def nearest(meetings: Ints, most: int) -> tuple[Ints, Ints]:
    """(searched, other): for every place searched for, the `most` places it met most often, of equal ones the smaller.

    meetings: searched << PLACE_BITS | other, once for each time they met; sorted in place.
    """
    meetings.sort()
    first = np.flatnonzero(_begins(meetings))
    times, pairs = np.diff(first, append=len(meetings)), meetings[first]
    begins = _begins(pairs >> PLACE_BITS)
    group, who = np.cumsum(begins) - 1, (pairs >> PLACE_BITS)[begins]
    # One number again, of which the least of each group are the nearest: who searches, how seldom they met, the other.
    seldom, other = times.max(initial=0) - times, pairs & _OTHER
    low, middle = _bits(other), _bits(seldom)
    if low + middle + _bits(group) >= 64:  # not before there are billions of pairs: no slice is so large
        raise OverflowError("too many meetings to be ranked at once")
    ranked = (group << middle | seldom) << low | other
    ranked.sort()
    group = ranked >> low + middle
    rank = np.arange(len(ranked)) - np.flatnonzero(_begins(group))[group]
    kept = ranked[rank < most]
    return who[kept >> low + middle], kept & ((1 << low) - 1)


def once(searched: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Both as pairs whose first is the smaller, each once, in order."""
    pairs = np.minimum(searched, other) << PLACE_BITS | np.maximum(searched, other)
    pairs.sort()
    pairs = pairs[_begins(pairs)]
    return pairs >> PLACE_BITS, pairs & _OTHER


def _begins(values: Ints) -> Bools:
    """Whether each of sorted `values` is the first of its kind."""
    found = np.ones(len(values), dtype=bool)
    found[1:] = values[1:] != values[:-1]
    return found


def _bits(values: Ints) -> int:
    return int(values.max(initial=0)).bit_length()
