"""One measured process of the ingest benchmark: `python -m benchmarks.ingest.run MODE FOLDER`, JSON in and out.

What to read comes as JSON on standard input (it holds a password), what was measured goes to standard output. Imports
are in nobody's time, as Airflow's worker forks a process whose engines are imported; connecting, extensions,
committing, reconciling and registering are. What a reader wrote is named (`written`), and summed by whoever asked.
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
import sqlalchemy.dialects.sqlite  # noqa: F401  # likewise

from benchmarks.ingest import data
from benchmarks.ingest.data import DATASET, contract, update
from catalog.actions import agencies, datasets
from catalog.contracts import Contract
from catalog.database import migrate, open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import connect, literal
from lake.loading import ingest, raw
from lake.sources import files, postgresql  # noqa: F401  # likewise

SCANNER = "postgres_scanner"


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
    return found | _landed(settings, batch)


def ready(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """A hub in the folder that has accepted the extension's signature, as every hub does once; no row loaded yet."""
    settings = a_hub(folder, _watermarked(given))
    connect(settings, extensions=[SCANNER], functions=False).close()
    return {"rows": 0}


def increment(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """What changed since, into the hub that stands ready in the folder; the whole table where it holds nothing yet."""
    settings, wanted, spec = Settings(home=folder), _watermarked(given), SystemSpec(**given["system"])
    found, batch = _timed(lambda: ingest.collect(settings, wanted, spec, now=datetime.now(UTC), by="bench"))
    return found | _landed(settings, batch)


def history(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """A first load, then `turns` increments in one process, alike but for the commits before them."""
    ready(folder, given)
    whole, seconds = increment(folder, given), []
    for turn in range(given["turns"]):
        changed = update(given["url"], given["contract"]["locator"], step=given["step"], turn=turn)
        found = increment(folder, given)
        assert found["rows"] == changed, "an increment is what was changed"
        seconds.append(found["seconds"])
    return whole | {"increments": seconds}


def _watermarked(given: dict[str, Any]) -> Contract:
    return contract(**given["contract"], mode="incremental", watermark="updated_at")


def _landed(settings: Settings, batch: ingest.Batch) -> dict[str, Any]:
    """Rows, how many columns were reconciled (None: not at all), and the sum of the texts that lie in the zone."""
    newest = raw.newest(settings, DATASET)
    with connect(settings, functions=False) as connection:
        texts = data.text_sum(raw.relation(settings, DATASET, batch.batch_id), connection)
    return {"rows": batch.rows, "checked": newest.checked if newest else None, "sum": texts}


def copied(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """DuckDB's bare COPY of the scan to Parquet, in any order of rows: nothing checked, nothing registered."""
    return _copied(folder, given, f"source.public.{given['contract']['locator']}", None)


def copied_first(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """The same beside the hub that stands in the folder: the signature it accepted is not checked again."""
    return _copied(folder, given, f"source.public.{given['contract']['locator']}", Settings(home=folder))


def copied_increment(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """The bare COPY of what changed after `since` alone, asked of the server as the hub asks; beside it likewise."""
    changed = f"SELECT * FROM {given['contract']['locator']} WHERE updated_at > {literal(given['since'])}"
    return _copied(folder, given, f"postgres_query('source', {literal(changed)})", Settings(home=folder))


def _copied(folder: Path, given: dict[str, Any], scan: str, settings: Settings | None) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    target, spec = folder / "bare.parquet", SystemSpec(**given["system"])
    target.unlink(missing_ok=True)  # giving an earlier, larger file's room back is not this COPY's work

    def copy() -> None:
        with connect(settings, extensions=[SCANNER], keep_order=False, functions=False) as connection:
            postgresql.attach(connection, spec)
            connection.execute(f"COPY (SELECT * FROM {scan}) TO {literal(str(target))} (FORMAT parquet)")

    found, _ = _timed(copy)
    return found | _written(target)


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
    return found | {"rows": rows, "written": str(folder / "pandas.parquet")}


def arrow_read_csv(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """pyarrow reads the whole GB18030 file as texts, on every core, and writes one Parquet file."""
    import pyarrow as pa
    from pyarrow import csv

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "arrow.parquet"
    kinds = csv.ConvertOptions(column_types={name: pa.string() for name in data.COLUMNS})

    def through() -> None:
        whole = csv.read_csv(given["file"], csv.ReadOptions(encoding="gb18030"), convert_options=kinds)
        pyarrow.parquet.write_table(whole, target, compression="zstd", compression_level=1)

    found, _ = _timed(through)
    return found | _written(target)


def arrow_csv(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """pyarrow reads the GB18030 file as texts, batch by batch, into one Parquet file."""
    import pyarrow as pa
    from pyarrow import csv

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "arrow.parquet"
    kinds = csv.ConvertOptions(column_types={name: pa.string() for name in data.COLUMNS})

    def through() -> None:
        reader = csv.open_csv(
            given["file"], csv.ReadOptions(encoding="gb18030", block_size=8 << 20), convert_options=kinds
        )
        with pyarrow.parquet.ParquetWriter(target, reader.schema, compression="zstd", compression_level=1) as writer:
            for batch in reader:
                writer.write_batch(batch)

    found, _ = _timed(through)
    return found | _written(target)


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
    return found | _written(target)


def _written(target: Path) -> dict[str, Any]:
    return {"rows": pyarrow.parquet.read_metadata(target).num_rows, "written": str(target)}


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
    "ready": ready,
    "first": increment,
    "increment": increment,
    "history": history,
    "copy": copied,
    "copy first": copied_first,
    "copy increment": copied_increment,
    "pandas": pandas,
    "arrow_csv": arrow_csv,
    "arrow_read_csv": arrow_read_csv,
    "iconv_duckdb": iconv_duckdb,
}

if __name__ == "__main__":
    print(json.dumps(MODES[sys.argv[1]](Path(sys.argv[2]), json.load(sys.stdin))))
