"""Where a department's system lives in the demo, and what lies ready to be put into it."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import NotFound
from demo.city.context import AS_OF
from demo.services.service import Services

BATCH_ROWS = 20_000


@dataclass(frozen=True)
class Place:
    """The folder of the demo under the hub's home, and the servers that were to be had."""

    home: Path
    services: Services

    @property
    def root(self) -> Path:
        """The folder of all departments' systems."""
        return self.home / "demo" / "systems"

    def folder(self, agency: str) -> Path:
        """The folder of one department's system, made if it is not there."""
        path = self.root / agency
        path.mkdir(parents=True, exist_ok=True)
        return path

    def password(self, account: str) -> str:
        """The password of a department's account: generated the first time, kept with mode 0600."""
        path = self.root / "accounts.json"
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if account not in known:
            known[account] = secrets.token_urlsafe(24)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(known, file)
        return known[account]


@dataclass(frozen=True)
class Deliveries:
    """What the generator made for the departments: `<folder>/deliveries/<dataset>.parquet`, columns by source name."""

    folder: Path
    as_of: date = AS_OF

    @property
    def month(self) -> str:
        """The month departments write into the names of their files, yyyymm."""
        return f"{self.as_of:%Y%m}"

    def path(self, dataset: str) -> Path:
        """The Parquet file of `dataset`; raises NotFound when the generator did not make it."""
        path = self.folder / "deliveries" / f"{dataset}.parquet"
        if not path.is_file():
            raise NotFound(
                f"演示城市缺少数据集 {dataset} 的交付文件。请重新生成演示城市。",
                f"The demo city has no delivery of {dataset}. Generate the city again.",
                code="delivery_missing",
                dataset=dataset,
            )
        return path

    def schema(self, dataset: str) -> pa.Schema:
        """Columns of a delivery."""
        return pq.read_schema(self.path(dataset))

    def batches(self, dataset: str) -> Iterator[pa.RecordBatch]:
        """Rows of a delivery, a bounded number at a time."""
        with pq.ParquetFile(self.path(dataset)) as file:
            yield from file.iter_batches(batch_size=BATCH_ROWS)

    def rows(self, dataset: str) -> Iterator[tuple[object, ...]]:
        """Rows of a delivery as Python values, in column order."""
        for batch in self.batches(dataset):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
