"""Identifiers of true legal persons, made in bulk: organisation code, unified social credit code, old register number.

Arrays of ASCII bytes (n, width), one character per column. Making codes is all that happens here; checking them is the
hub's work in `catalog.standards`, written apart.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Characters = NDArray[np.uint8]
Indices = NDArray[np.int64]

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_LETTERS: Final = np.frombuffer(_ALPHABET.encode(), dtype=np.uint8)
_ORGANISATION_CHECK: Final = np.frombuffer(b"0123456789X", dtype=np.uint8)
_ORGANISATION_WEIGHTS: Final = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_CREDIT_WEIGHTS: Final = 3 ** np.arange(17) % 31

# Value of each ASCII character: GB 11714 counts A as 10 to Z as 35, GB 32100 its place in the alphabet above.
_PLAIN: Final = np.zeros(128, dtype=np.int64)
_PLAIN[ord("0") : ord("9") + 1] = np.arange(10)
_PLAIN[ord("A") : ord("Z") + 1] = np.arange(10, 36)
_PLACE: Final = np.zeros(128, dtype=np.int64)
_PLACE[_LETTERS] = np.arange(31)


def organisation_codes(rng: np.random.Generator, modern: NDArray[np.bool_]) -> Characters:
    """Make one GB 11714-1997 code of nine characters per row, no two alike; `modern` rows begin with MA3."""
    n = len(modern)
    body = np.empty((n, 8), dtype=np.uint8)
    body[:] = _decimal(_scatter(rng, n, 89_999_999) + 10_000_000, 8)
    serial = _scatter(rng, n, 31**5)
    letters = np.empty((n, 8), dtype=np.uint8)
    letters[:, :3] = np.frombuffer(b"MA3", dtype=np.uint8)
    letters[:, 3:] = _LETTERS[serial[:, None] // 31 ** np.arange(4, -1, -1) % 31]
    body = np.where(modern[:, None], letters, body)
    check = 11 - (_PLAIN[body] * _ORGANISATION_WEIGHTS).sum(axis=1) % 11
    return np.column_stack([body, _ORGANISATION_CHECK[check % 11]])


def credit_codes(prefix: list[str], division: str, organisations: Characters) -> Characters:
    """Make GB 32100-2015 codes from the registrar's two characters, the division and the organisation code."""
    head = np.frombuffer("".join(prefix).encode(), dtype=np.uint8).reshape(-1, 2)
    place = np.broadcast_to(np.frombuffer(division.encode(), dtype=np.uint8), (len(head), 6))
    body = np.column_stack([head, place, organisations])
    check = (31 - (_PLACE[body] * _CREDIT_WEIGHTS).sum(axis=1) % 31) % 31
    return np.column_stack([body, _LETTERS[check]])


def register_numbers(rng: np.random.Generator, n: int, division: str) -> Characters:
    """Make old 15-digit business register numbers: division 6, serial 8, check digit ISO 7064 MOD 11,10."""
    place = np.broadcast_to(np.frombuffer(division.encode(), dtype=np.uint8), (n, 6))
    body = np.column_stack([place, _decimal(_scatter(rng, n, 99_999_999), 8)])
    product = np.full(n, 10)
    for column in body.T:
        total = (product + column - ord("0")) % 10
        product = np.where(total == 0, 10, total) * 2 % 11
    return np.column_stack([body, ((11 - product) % 10 + ord("0")).astype(np.uint8)])


def texts(characters: Characters) -> pa.Array:
    """Turn rows of ASCII bytes into Arrow strings."""
    width = characters.shape[1]
    return pa.array(np.ascontiguousarray(characters).view(f"S{width}").ravel()).cast(pa.string())


def _decimal(numbers: Indices, width: int) -> Characters:
    digits = numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10
    return (digits + ord("0")).astype(np.uint8)


def _scatter(rng: np.random.Generator, n: int, span: int) -> Indices:
    """Return n distinct numbers below `span` in no visible order (steps by a number without common divisor)."""
    step = int(rng.integers(span // 3, span // 2))
    while np.gcd(step, span) != 1:
        step += 1
    return np.asarray((int(rng.integers(span)) + np.arange(n) * step) % span)
