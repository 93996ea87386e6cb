"""Cities small enough for unit tests, built once (nobody may change them); small deliveries to fill systems from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo.city import build, person_deliveries
from demo.city.context import CityContext
from demo.services.service import Services
from demo.systems.place import Deliveries, Place

RESIDENTS, SEED = 4000, 7


@dataclass(frozen=True)
class PeoplesCity:
    context: CityContext
    deliveries: dict[str, Any]

    def planted(self, dataset: str) -> list[dict[str, str]]:
        return [row for row in self.context.plants.table().to_pylist() if row["dataset"] == dataset]

    def uids(self, dataset: str) -> dict[str, int]:
        links = self.context.links.table().to_pylist()
        return {row["key"]: row["uid"] for row in links if row["dataset"] == dataset}


def _peoples_city(dirt: float) -> PeoplesCity:
    context = build.found_city(residents=RESIDENTS, seed=SEED)
    return PeoplesCity(
        context, {name: person_deliveries.deliver(name, context, dirt) for name in person_deliveries.DELIVERIES}
    )


@pytest.fixture(scope="session")
def city() -> PeoplesCity:
    return _peoples_city(1.0)


@pytest.fixture(scope="session")
def clean_city() -> PeoplesCity:
    return _peoples_city(0.0)


Deliver = Callable[[str, pa.Table], Deliveries]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A home of its own, without any server."""
    return Place(tmp_path / "home", Services())


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Lay a table ready as the delivery of a dataset."""

    def lay(dataset: str, table: pa.Table) -> Deliveries:
        folder = tmp_path / "city" / "deliveries"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / f"{dataset}.parquet")
        return Deliveries(tmp_path / "city")

    return lay
