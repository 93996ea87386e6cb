"""CSV files in the encoding of a department's own system."""

import csv
from pathlib import Path

from demo.systems.place import Deliveries


def write_csv(path: Path, pattern: str, deliveries: Deliveries, dataset: str, *, encoding: str) -> Path:
    """Write the delivery to `path` in `encoding` (lines end in CRLF, NULL is nothing), replacing files of `pattern`.

    A character the encoding has no code for becomes a question mark, as when such a system saves its file.
    """
    for old in path.parent.glob(pattern):
        old.unlink()
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(deliveries.schema(dataset).names)
        writer.writerows(deliveries.rows(dataset))
    return path
