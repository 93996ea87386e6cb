"""Small deliveries to fill departments' systems from."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo.services.service import Services
from demo.systems.place import Deliveries, Place

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
