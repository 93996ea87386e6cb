"""Peers that are no dependency of the hub: run by the interpreter of `.venv-peers`, imports nothing of ours.

`python benchmarks/ingest/peers.py MODE FOLDER`, JSON in and out as benchmarks/ingest/run.py has it.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def dlt(folder: Path, given: dict[str, Any], backend: str) -> dict[str, Any]:
    """dlt's sql_table with one of its back ends, into Parquet files."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}  # noqa: TID251
    import dlt as tool  # type: ignore[import-not-found]
    from dlt.sources.sql_database import sql_table  # type: ignore[import-not-found]

    url = given["url"].replace("postgresql:", "postgresql+psycopg2:")
    locator = given["contract"]["locator"]

    def load() -> int:
        pipeline = tool.pipeline(
            f"peer_{backend}",
            pipelines_dir=str(folder / "pipelines"),
            destination=tool.destinations.filesystem(bucket_url=str(folder / "lake")),
            dataset_name="peer",
        )
        options = {"chunk_size": 100_000} if backend == "pyarrow" else {"backend_kwargs": {"return_type": "arrow"}}
        source = sql_table(credentials=url, table=locator, schema="public", backend=backend, **options)
        pipeline.run(source, loader_file_format="parquet", write_disposition="replace")
        return int(pipeline.last_trace.last_normalize_info.row_counts[locator])

    return _timed(load) | {"written": str(folder / "lake" / "peer" / locator / "*.parquet")}


def polars(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """polars reads the GB18030 file as texts into one Parquet file."""
    import polars as pl  # type: ignore[import-not-found]

    folder.mkdir(parents=True, exist_ok=True)

    def load() -> int:
        frame = pl.read_csv(given["file"], encoding="gb18030", infer_schema=False)
        frame.write_parquet(folder / "polars.parquet", compression="zstd", compression_level=1)
        return int(frame.height)

    return _timed(load) | {"written": str(folder / "polars.parquet")}


def _timed(work: Any) -> dict[str, Any]:
    began, worked = time.perf_counter(), time.process_time()
    rows = work()
    found = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - worked, "rows": rows}
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return found | {"peak_mib": next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))}


MODES = {
    "dlt pyarrow": lambda folder, given: dlt(folder, given, "pyarrow"),
    "dlt connectorx": lambda folder, given: dlt(folder, given, "connectorx"),
    "polars": polars,
}

if __name__ == "__main__":
    print(json.dumps(MODES[sys.argv[1]](Path(sys.argv[2]), json.load(sys.stdin))))
