"""Airflow's pools: one per department, so that a department's system that hangs takes one worker and no more.

A task in a pool that Airflow does not know waits for ever. So who makes the pools writes down which there are, and the
DAGs use those alone; a department that came later shares Airflow's own pool until the hub is started again.
"""

import json
from pathlib import Path
from typing import Any

from catalog.outline import outlines
from catalog.settings import Settings

SHARED = "default_pool"
SLOTS = 1


def name_of(agency: str) -> str:
    """The pool of a department."""
    return f"department_{agency}"


def wanted(settings: Settings) -> dict[str, dict[str, Any]]:
    """A pool for every department with a contract, in the shape `airflow pools import` reads."""
    agencies = sorted({outline.agency for outline in outlines(settings.contracts_dir)})
    told = {"slots": SLOTS, "description": "loads of one department", "include_deferred": False}
    return {name_of(agency): dict(told) for agency in agencies}


def kept(settings: Settings) -> Path:
    """The file that says which pools Airflow has."""
    return settings.home / "airflow" / "pools.json"


def keep(settings: Settings, pools: dict[str, dict[str, Any]]) -> None:
    """Write down which pools there are, whole or not at all."""
    path = kept(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(pools, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def known(settings: Settings) -> frozenset[str]:
    """The pools that Airflow has; none where nobody wrote any down."""
    try:
        return frozenset(json.loads(kept(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return frozenset()


def pool_for(agency: str, pools: frozenset[str]) -> str:
    """Where a department's tasks wait for their turn: its own pool where Airflow has it."""
    return name_of(agency) if name_of(agency) in pools else SHARED
