"""One measured process of the ingest benchmark: `python -m benchmarks.ingest_run MODE FOLDER`, JSON in and out.

What to read comes as JSON on standard input (it holds a password), what was measured goes to standard output. Imports
are in nobody's time; connecting, extensions, committing, reconciling and registering are.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import deltalake  # noqa: F401  # before any clock starts
import pyarrow.parquet  # likewise

from benchmarks import ingest_data
from benchmarks.ingest_data import DATASET, contract, update
from catalog.actions import agencies, datasets
from catalog.contracts import Contract
from catalog.database import migrate, open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import connect, literal
from lake.loading import ingest, raw
from lake.sources import files, postgresql  # noqa: F401  # likewise


def a_hub(folder: Path, given: Contract) -> Settings:
    """A registry that knows the dataset, and a lake with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    settings, now = Settings(home=folder), datetime.now(UTC)
    migrate(settings)
    with open_session(settings) as session:
        agencies.register(session, code="police", name_zh="公安局", name_en="Police", by="bench", now=now)
        datasets.register_contract(session, contract=given, hub_id=settings.hub_id, by="bench", now=now)
    return settings


def load(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """A snapshot into the raw zone: committed, reconciled, registered."""
    wanted = contract(**given["contract"])
    settings, spec = a_hub(folder, wanted), SystemSpec(**given["system"])
    found, batch = _timed(lambda: ingest.collect(settings, wanted, spec, now=datetime.now(UTC), by="bench"))
    newest = raw.newest(settings, DATASET)
    checked = newest.checked if newest else None
    return found | {
        "rows": batch.rows,
        "checked": checked,
        "sum": _names(raw.relation(settings, DATASET, batch.batch_id), settings),
    }


def increments(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """A first load, then one increment after another in the same process; the department's changes take no time."""
    wanted = contract(locator=given["table"], mode="incremental", watermark="updated_at")
    settings, spec = a_hub(folder, wanted), SystemSpec(**given["system"])
    first, _ = _timed(lambda: ingest.collect(settings, wanted, spec, now=datetime.now(UTC), by="bench"))
    seconds = []
    for _ in range(given["turns"]):
        changed = update(given["url"], given["table"], step=given["step"])
        found, batch = _timed(lambda: ingest.collect(settings, wanted, spec, now=datetime.now(UTC), by="bench"))
        assert batch.rows == changed, "an increment is what was changed"
        seconds.append(found["seconds"])
    return first | {"increments": seconds}


def copied(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """DuckDB's bare COPY of the scan to Parquet, in any order of rows: nothing checked, nothing registered."""
    folder.mkdir(parents=True, exist_ok=True)
    target, spec = folder / "bare.parquet", SystemSpec(**given["system"])
    scan = f"source.public.{given['contract']['locator']}"

    def copy() -> None:
        with connect(extensions=["postgres_scanner"], keep_order=False, functions=False) as connection:
            postgresql.attach(connection, spec)
            connection.execute(f"COPY (SELECT * FROM {scan}) TO {literal(str(target))} (FORMAT parquet)")

    found, _ = _timed(copy)
    return found | {"rows": pyarrow.parquet.read_metadata(target).num_rows}


def pandas(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """pandas.read_sql → DataFrame.to_parquet."""
    import pandas as pd  # type: ignore[import-untyped]
    import sqlalchemy as sa

    folder.mkdir(parents=True, exist_ok=True)
    url = given["url"].replace("postgresql:", "postgresql+psycopg:")

    def through() -> int:
        frame = pd.read_sql(f"SELECT * FROM {given['contract']['locator']}", sa.create_engine(url))
        frame.to_parquet(folder / "pandas.parquet")
        return len(frame)

    found, rows = _timed(through)
    return found | {"rows": rows}


def arrow_csv(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """pyarrow reads the GB18030 file as texts, batch by batch, into one Parquet file."""
    import pyarrow as pa
    from pyarrow import csv

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "arrow.parquet"
    kinds = csv.ConvertOptions(column_types={name: pa.string() for name in ingest_data.COLUMNS})

    def through() -> None:
        reader = csv.open_csv(
            given["file"], csv.ReadOptions(encoding="gb18030", block_size=8 << 20), convert_options=kinds
        )
        with pyarrow.parquet.ParquetWriter(target, reader.schema, compression="zstd", compression_level=1) as writer:
            for batch in reader:
                writer.write_batch(batch)

    found, _ = _timed(through)
    return found | {
        "rows": pyarrow.parquet.read_metadata(target).num_rows,
        "sum": _names(f"read_parquet({literal(str(target))})"),
    }


def iconv_duckdb(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """iconv turns the file into UTF-8 on a pipe, DuckDB reads that as texts into one Parquet file."""
    import subprocess

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "iconv.parquet"

    def through() -> None:
        with (
            subprocess.Popen(["iconv", "-f", "GB18030", "-t", "UTF-8", given["file"]], stdout=subprocess.PIPE) as iconv,
            connect(keep_order=False, functions=False) as connection,
        ):
            assert iconv.stdout is not None
            place = literal(f"/dev/fd/{iconv.stdout.fileno()}")
            read = f"read_csv({place}, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
            connection.execute(f"COPY (FROM {read}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")

    found, _ = _timed(through)
    return found | {
        "rows": pyarrow.parquet.read_metadata(target).num_rows,
        "sum": _names(f"read_parquet({literal(str(target))})"),
    }


def _names(relation: str, settings: Settings | None = None) -> str:
    """An order-free sum over the columns with rare characters: equal for two files that hold the same texts."""
    with connect(settings, functions=False) as connection:
        asked = f"SELECT bit_xor(hash(person_no::VARCHAR, name, address, coalesce(note, ''))) FROM {relation}"
        return str(connection.execute(asked).fetchall()[0][0])


def _timed(work: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
    began, worked = time.perf_counter(), time.process_time()
    outcome = work()
    found = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - worked}
    return found | {"peak_mib": _peak_mib()}, outcome


def _peak_mib() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


MODES: dict[str, Callable[[Path, dict[str, Any]], dict[str, Any]]] = {
    "load": load,
    "increments": increments,
    "copy": copied,
    "pandas": pandas,
    "arrow_csv": arrow_csv,
    "iconv_duckdb": iconv_duckdb,
}

if __name__ == "__main__":
    print(json.dumps(MODES[sys.argv[1]](Path(sys.argv[2]), json.load(sys.stdin))))
