"""Looking for data values where none may be: logs, and the sentences and details the registry keeps.

The values are those the demo city really delivered: identity and telephone numbers, whose form stands out in any text.
`leaks(home)` after a whole run is the test of promise 8: no data value in a log line.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|1\d{10})(?![0-9A-Za-z])")
SENTENCES = ("message_zh", "message_en")
TEXTS = {"run_step": SENTENCES, "batch": SENTENCES, "event": ("subject", "details")}
FOLDERS = ("logs", "airflow/logs")


def delivered_numbers(home: Path) -> set[str]:
    """Every identity and telephone number in the deliveries of the city under `home`."""
    found: set[str] = set()
    for path in (home / "demo" / "deliveries").glob("*.parquet"):
        table = pq.read_table(path)
        for name in table.column_names:
            texts = (value for value in table.column(name).to_pylist() if isinstance(value, str))
            found.update(text for text in texts if NUMBER.fullmatch(text))
    return found


def leaks(home: Path) -> list[str]:
    """Places (file:line, table.column) under `home` that hold a delivered number. Never the number itself."""
    values = delivered_numbers(home)
    assert values, f"no deliveries under {home}: nothing to look for"
    return sorted({place for place, text in _texts(home) if values & set(NUMBER.findall(text))})


def _texts(home: Path) -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file():
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
                yield from ((f"{path.relative_to(home)}:{n}", line) for n, line in enumerate(lines, start=1))
    yield from _registry(home / "registry.sqlite")


def _registry(path: Path) -> Iterator[tuple[str, str]]:
    if not path.exists():
        return
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for table, columns in TEXTS.items():
            for column in columns:
                for (text,) in connection.execute(f"SELECT {column} FROM {table}"):
                    yield f"{table}.{column}", str(text)
    finally:
        connection.close()
