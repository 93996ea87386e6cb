"""What every department's part of the city is built from: the true places, organisations and persons of one seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from demo.city.dirt import Plants
from demo.city.truth import Links

if TYPE_CHECKING:
    from demo.city.geography import Geography
    from demo.city.organisations import Organisations

COUNTY = "370683"
ABOLISHED_COUNTY = ("370625", "372125")  # 掖县 under Yantai city and under Yantai prefecture, both before 1988
AS_OF = date(2025, 12, 31)  # the day the city is looked at; fixed, so that a seed gives the same city for ever

Progress = Callable[[str, float], None]
"""Called with what is being built and the share done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class CityContext:
    """The true city, before any department looks at it.

    `persons` has one row per true person, row number = person_uid (columns: demo/city/persons.py). The first
    `residents // 5` persons are living heads of household of working age: take legal representatives from them.
    Every department adds one link per delivered row that is about a person or a legal person:
    `context.links.add(dataset, share.delivered_keys(), "legal_person", uids)`.
    """

    residents: int
    seed: int
    county: str
    today: date
    geography: Geography
    organisations: Organisations
    persons: pa.Table
    plants: Plants
    links: Links


def generator(seed: int, part: str) -> np.random.Generator:
    """An independent stream of random numbers for one part, so that no part shifts another's."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])
