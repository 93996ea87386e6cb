"""Cities small enough for unit tests: the usual dirt, and none. Built once; nobody may change them."""

from dataclasses import dataclass
from typing import Any

import pytest

from demo.city import build, person_deliveries
from demo.city.context import CityContext

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
