"""Columns as departments write them: serial numbers, dates and times as text, addresses of people."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from demo.city.context import CityContext
from demo.city.departments.rolls import take

Ints = npt.NDArray[np.int64]


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Texts of a prefix and a number padded with zeros to `width`."""
    return join(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0"))


def join(*parts: pa.Array | str) -> pa.Array:
    """Parts concatenated row by row; a missing part makes the text missing."""
    return pc.binary_join_element_wise(*parts, "")


def iso(dates: pa.Array) -> pa.Array:
    """date32 as YYYY-MM-DD."""
    return dates.cast(pa.string())


def compact(dates: pa.Array) -> pa.Array:
    """date32 as yyyymmdd."""
    return pc.replace_substring(iso(dates), "-", "")


def times(rng: np.random.Generator, n: int, today: date, days: int, *, separator: str = " ") -> pa.Array:
    """Times of the last `days` days before `today` as YYYY-MM-DD hh:mm:ss."""
    moments = np.datetime64(today, "s") - rng.integers(1, days * 86_400, size=n)
    text = pa.array(moments).cast(pa.timestamp("s")).cast(pa.string())
    return text if separator == " " else pc.replace_substring(text, " ", separator)


def days_before(rng: np.random.Generator, n: int, today: date, days: int) -> pa.Array:
    """Days of the last `days` days before `today`, as date32."""
    return pa.array(np.datetime64(today, "D") - rng.integers(1, days, size=n))


def sex_words(codes: pa.Array) -> pa.Array:
    """Codes of GB/T 2261.1 in words."""
    return pc.if_else(pc.equal(codes, "1"), "男", "女")


def years_old(context: CityContext) -> npt.NDArray[np.float64]:
    """Age of every true person in years."""
    born = context.persons["birth_date"].to_numpy()
    years: npt.NDArray[np.float64] = (np.datetime64(context.today, "D") - born).astype(np.int64) / 365.25
    return years


def address(context: CityContext, uids: Ints, text: str = "full_text", of: str = "address_id") -> pa.Array:
    """Where people live (or, `of="previous_address_id"`, lived), in one of the spellings of geography.addresses."""
    return take(context.geography.addresses[text], take(context.persons[of], uids))
