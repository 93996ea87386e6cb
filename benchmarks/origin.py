"""Where numbers come from: the code, the day and the machine they were measured at. A run records it when it begins.

It is kept beside the numbers and shown from there, never from what the page is written at; what an older run did not
record is said to be so.
"""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine, this_machine

ROOT = Path(__file__).resolve().parents[1]
NOT_RECORDED = "not recorded"
CHANGED = "with changes nobody has committed"


@dataclass(frozen=True)
class Origin:
    """commit: its short hash, and CHANGED where it was; date: YYYY-MM-DD, UTC. None is what was not recorded."""

    commit: str | None = None
    date: str | None = None
    machine: Machine | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside measurements."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"on {self.machine}" if self.machine else f"on a machine {NOT_RECORDED}"
        return f"Measured {where}; commit: {self.commit or NOT_RECORDED}; date: {self.date or NOT_RECORDED}."


UNKNOWN = Origin()


def origin_of(kept: Mapping[str, Any] | None) -> Origin:
    """The origin kept beside measurements as `as_json` gave it; with what is missing not recorded."""
    known = kept or {}
    machine = known.get("machine")
    return Origin(known.get("commit"), known.get("date"), Machine(**machine) if machine else None)


def this_run(root: Path = ROOT) -> Origin:
    """Of what is measured from now on, by the code in `root`."""
    head = git(root, "rev-parse", "--short=7", "HEAD")
    told = head and (head if commit(root) else f"{head} {CHANGED}")
    return Origin(told or None, datetime.now(UTC).date().isoformat(), this_machine())


def told(origins: Iterable[Origin]) -> str:
    """A line for each origin, each once."""
    return "\n".join(dict.fromkeys(str(origin) for origin in origins))


def commit(root: Path = ROOT) -> str | None:
    """The commit of the code in `root`; None where nobody can tell: no repository, or changes outside docs/.

    The benchmarks write their own page, so a changed page says nothing about the code.
    """
    head = git(root, "rev-parse", "HEAD")
    changed = git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return head if head and changed == "" else None


def git(root: Path, *arguments: str) -> str | None:
    """What git said, or None where it does not work."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
