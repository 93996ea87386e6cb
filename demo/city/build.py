"""Builds the whole city of one seed: the truth, then every department's delivery, as Parquet files in one folder.

Deliveries are in the generator's own form; filling the departments' systems from them is not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from demo.city import (
    facilities,
    geography,
    indicators,
    licences,
    organisations,
    person_deliveries,
    persons,
    registers,
    streams,
)
from demo.city.context import AS_OF, COUNTY, CityContext, Progress, generator
from demo.city.dirt import Plants
from demo.city.truth import Links, write_truth

Deliveries = Callable[[np.random.Generator, CityContext, float, Plants], dict[str, pa.Table]]

_PARTS: dict[str, Deliveries] = {
    "organisations": organisations.deliveries,
    "registers": registers.deliveries,
    "streams": streams.deliveries,
    "indicators": indicators.deliveries,
    "licences": licences.deliveries,
    "facilities": facilities.deliveries,
}
_DATASETS = 24  # for the share done only
_NOT_TRUE = ("second_id", "household", "previous_address_id")  # columns of persons only the deliveries need


@dataclass(frozen=True, slots=True)
class City:
    """What was built: the folder and the number of rows of every delivery and truth file."""

    folder: Path
    deliveries: dict[str, int]
    truth: dict[str, int]

    def delivery(self, dataset: str) -> Path:
        """The Parquet file of one department's share."""
        return self.folder / "deliveries" / f"{dataset}.parquet"


def build_city(folder: Path, *, residents: int, seed: int, dirt: float = 1.0, progress: Progress | None = None) -> City:
    """Write `<folder>/deliveries/<dataset>.parquet` and `<folder>/truth/*.parquet`; same arguments, same tables.

    `residents` from 500 up; `dirt` multiplies every rate of defects, 0 (none) to 3. Raises ValueError outside of these.
    """
    if residents < 500 or not 0 <= dirt <= 3:
        raise ValueError("a city has at least 500 residents, and dirt lies between 0 and 3")
    tell = progress or (lambda what, done: None)
    tell("city", 0.0)
    context = found_city(residents=residents, seed=seed)
    tell("city", 0.3)
    written: dict[str, int] = {}
    (folder / "deliveries").mkdir(parents=True, exist_ok=True)
    for dataset, table in deliveries(context, dirt):
        pq.write_table(table, folder / "deliveries" / f"{dataset}.parquet", compression="zstd")
        written[dataset] = table.num_rows
        tell(dataset, 0.3 + 0.65 * len(written) / _DATASETS)
    truth = truth_of(context)
    write_truth(folder / "truth", truth)
    tell("truth", 1.0)
    return City(folder, written, {name: table.num_rows for name, table in truth.items()})


def found_city(*, residents: int, seed: int) -> CityContext:
    """The true city, before any department looks at it."""
    places = geography.build(generator(seed, "geography"), residents)
    legal = organisations.build(generator(seed, "organisations"), places, residents)
    people = persons.build(generator(seed, "persons"), residents, places, legal, AS_OF)
    return CityContext(residents, seed, COUNTY, AS_OF, places, legal, people, Plants(), Links())


def deliveries(context: CityContext, dirt: float) -> Iterator[tuple[str, pa.Table]]:
    """Every department's share, one after the other, so that not all of them are in memory at once."""
    for dataset in person_deliveries.DELIVERIES:
        yield dataset, person_deliveries.deliver(dataset, context, dirt)
    for part, build in _PARTS.items():
        yield from build(generator(context.seed, part + " deliveries"), context, dirt, context.plants).items()


def truth_of(context: CityContext) -> dict[str, pa.Table]:
    """The truth files by name, after all deliveries have been made."""
    people = context.persons
    home = context.geography.addresses.take(people["address_id"])
    people = people.append_column("address_code", home["address_code"]).append_column("address", home["full_text"])
    return {
        "person": people.drop_columns(list(_NOT_TRUE)),
        "legal_person": context.organisations.table,
        "links": context.links.table(),
        "planted": context.plants.table(),
    }
