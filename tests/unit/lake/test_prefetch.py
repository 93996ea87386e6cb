"""Batches read in the background: all of them, in order, errors where they are taken, nothing left running."""

import threading
from collections.abc import Iterator

import pytest

from lake.delta.prefetch import ahead, side_by_side


def counting(numbers: range, *, then: Exception | None = None) -> Iterator[int]:
    yield from numbers
    if then is not None:
        raise then


def test_one_stream_keeps_its_order() -> None:
    assert list(ahead(counting(range(500)))) == list(range(500))


def test_several_streams_give_all_they_have() -> None:
    found = list(side_by_side([counting(range(0, 100)), counting(range(100, 101)), counting(range(0))]))
    assert sorted(found) == list(range(101))
    assert [number for number in found if number < 100] == list(range(100))


def test_an_error_comes_after_what_was_read_before_it_and_ends_every_stream() -> None:
    before = threading.active_count()
    stream = ahead(counting(range(3), then=LookupError()))
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError):
        next(stream)
    with pytest.raises(LookupError):
        list(side_by_side([counting(range(10**9)), counting(range(3), then=LookupError())]))
    assert threading.active_count() == before


def test_nobody_reads_on_when_nobody_takes() -> None:
    before, seen = threading.active_count(), []

    def watched() -> Iterator[int]:
        for number in range(10**9):
            seen.append(number)
            yield number

    stream = ahead(watched())
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    stream.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    assert len(seen) < 20
