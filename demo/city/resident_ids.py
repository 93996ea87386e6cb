"""Resident identity numbers (GB 11643-1999) for whole arrays of people, unique and right in every digit.

Numbers are issued as bytes in an (n, 18) array and become text at the end. Only issuing lives here; wrong numbers are
made in demo/city/defects.py.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_FIRST_SERIES, _SECOND_SERIES = (
    0,
    450,
)  # of the 497 numbers per sex and day; 995 is the last, 996-999 mean a centenarian

# Where people were first registered: code, weight, first and last year of birth registered under it.
_PLACES: tuple[tuple[str, float, int, int], ...] = (
    ("370683", 860, 0, 9999),
    ("370685", 16, 0, 9999),
    ("370681", 8, 0, 9999),
    ("370682", 8, 0, 9999),
    ("370687", 5, 0, 9999),
    ("370686", 5, 0, 9999),
    ("370602", 8, 0, 9999),
    ("370611", 4, 0, 9999),
    ("370783", 8, 0, 9999),
    ("370784", 5, 0, 9999),
    ("370785", 5, 0, 9999),
    ("370281", 5, 0, 9999),
    ("370285", 6, 0, 9999),
    ("230102", 8, 0, 9999),
    ("220102", 5, 0, 9999),
    ("210202", 4, 0, 9999),
    ("110101", 2, 0, 9999),
    ("650102", 3, 0, 9999),
    # abolished since; numbers issued under them are kept for life
    ("370625", 60, 1900, 1987),
    ("370623", 4, 1900, 1985),
    ("370626", 4, 1900, 1989),
    ("370723", 4, 1900, 1992),
)


def places_of_registration(rng: np.random.Generator, birth_year: Ints) -> Ints:
    """A 6-digit division code per person, with codes since abolished for those old enough."""
    codes = np.array([int(code) for code, *_ in _PLACES])
    chosen = codes[rng.choice(len(codes), size=len(birth_year), p=_weights())]
    for code, _, first, last in _PLACES:
        chosen[(chosen == int(code)) & ((birth_year < first) | (birth_year > last))] = int(_PLACES[0][0])
    return chosen


def issue(rng: np.random.Generator, division: Ints, birth_date: npt.NDArray[np.datetime64], sex: Ints) -> pa.Array:
    """One unique number per person; `sex` is 1 or 2 and gives digit 17 its parity."""
    return _numbers(division, birth_date, sex, _ranks(rng, division, birth_date, sex), _FIRST_SERIES)


def issue_second(
    rng: np.random.Generator, division: Ints, birth_date: npt.NDArray[np.datetime64], sex: Ints
) -> pa.Array:
    """Another valid number per person, from a series that `issue` never reaches in a county."""
    return _numbers(division, birth_date, sex, _ranks(rng, division, birth_date, sex), _SECOND_SERIES)


def _weights() -> npt.NDArray[np.float64]:
    weights = np.array([weight for _, weight, *_ in _PLACES], dtype=float)
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares


def _ranks(rng: np.random.Generator, division: Ints, birth_date: npt.NDArray[np.datetime64], sex: Ints) -> Ints:
    """0, 1, 2 ... within the people of one division, day and sex, in random order."""
    n = len(sex)
    order = np.lexsort((rng.random(n), sex, birth_date, division))
    starts = np.ones(n, dtype=bool)
    for values in (division, birth_date, sex):
        starts[1:] &= values[order][1:] == values[order][:-1]
    starts[1:] = ~starts[1:]
    positions = np.arange(n)
    first = np.maximum.accumulate(np.where(starts, positions, 0))
    ranks = np.empty(n, dtype=np.int64)
    ranks[order] = positions - first
    return ranks


def _numbers(division: Ints, birth_date: npt.NDArray[np.datetime64], sex: Ints, ranks: Ints, series: int) -> pa.Array:
    """Sequence numbers scatter by day so that not every first-born of a day is 001."""
    days = birth_date.astype("datetime64[D]")
    width = _SECOND_SERIES if series == _FIRST_SERIES else 497 - _SECOND_SERIES
    if len(ranks) and int(ranks.max()) >= width:
        raise ValueError("more people of one division, birth date and sex than numbers: ask for fewer residents")
    scatter = (days.astype(np.int64) * 7919 + division) % width
    sequence = 2 * (series + (scatter + ranks) % width) + np.where(sex == 1, 1, 2)
    months = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months).astype(np.int64) + 1
    digits = np.concatenate(
        [_digits(division, 6), _digits(year, 4), _digits(month, 2), _digits(day, 2), _digits(sequence, 3)], axis=1
    )
    letters = np.empty((len(sex), 18), dtype=np.uint8)
    letters[:, :17] = digits + ord("0")
    letters[:, 17] = _CHECKS[digits @ _WEIGHTS % 11]
    return pa.array(letters.view("S18").ravel(), pa.binary()).cast(pa.string())


def _digits(values: Ints, width: int) -> Ints:
    powers = 10 ** np.arange(width - 1, -1, -1)
    return values[:, None] // powers % 10
