"""What a run may remember of the one before: prepared records and weighed pairs, found again by their content.

Relations only: where they are kept is the caller's business. They say nothing that a full run would not find out anew,
so losing them costs time only, and a run with memory gives the same answer as one without.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from catalog.standards import divisions
from lake.matching.trained import Model

PREPARED, WEIGHED = "matching_prepared", "matching_kept"
"""Relations a run under a trained model leaves in its connection, for the next run to be given as Memory."""
FRESH_PREPARED, FRESH_WEIGHED = "matching_prepared_fresh", "(FROM matching_kept WHERE NOT known)"
"""The rows of both that the memory the run was given did not have. What is in it and no longer true does no harm."""
SIZES = {
    PREPARED: ("matching_record", FRESH_PREPARED),
    WEIGHED: ("matching_weighed", "(FROM matching_weighed WHERE NOT known)"),
}
"""For each, relations with as many rows as it and its fresh rows, cheaper to count: both are views."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Both tables of an earlier run under the same model, as SQL usable in FROM."""

    records: str
    pairs: str


def signature(model: Model) -> str:
    """Which model, and which edition of this package, weighed the pairs: another must not be given its memory."""
    document = json.dumps([model.task.to_dict(), model.learnt.chances(), model.learnt.prior], sort_keys=True)
    shares = "".join(f"{name}{table.num_rows}" for name, table in sorted(model.shares.items()))
    return hashlib.sha256((document + shares + _edition()).encode()).hexdigest()[:16]


@cache
def _edition() -> str:
    """What cleans and compares: the files of this package, the divisions by which it reads names, and the libraries
    that hash, sound out and compare.
    """
    files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in (".py", ".csv"))
    files += [Path(divisions.__file__), Path(divisions.__file__).with_name("divisions.csv")]
    used = [f"{name} {version(name)}" for name in ("duckdb", "pypinyin", "rapidfuzz", "splink")]
    return hashlib.sha256(b"".join([*(path.read_bytes() for path in files), *map(str.encode, used)])).hexdigest()
