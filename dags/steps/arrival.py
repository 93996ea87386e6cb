"""Whether files have arrived in a folder since the hub last took any, for the watcher of dags/watchers/arrivals.py."""

import hashlib
from pathlib import Path

from sqlalchemy import func, select

from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import open_reader
from catalog.models import RunStep
from catalog.settings import Settings
from lake.sources.files import inside

FOLDERS = frozenset({"files", "ndjson"})
"""Kinds of systems whose place is a folder of this machine (or mounted on it); the others keep to their schedule."""


def arrived(settings: Settings, dataset: str) -> str:
    """A mark of the files that meet the contract's locator, if any is newer than the last collection; else ''.

    The mark is the same as long as names, sizes and times are: two equal marks in a row mean that nobody is writing.
    """
    contract = load_contract(settings.contracts_dir / f"{dataset}.odcs.yaml")
    with open_reader(settings) as session:
        spec = systems.opened(session, settings=settings, code=contract.system)
        query = select(func.max(RunStep.started_at)).where(RunStep.dataset == dataset, RunStep.stage == "collect")
        last = session.scalar(query.where(RunStep.ok))
    if spec.kind not in FOLDERS or not Path(spec.location).is_dir():
        return ""
    found = [(path.name, path.stat()) for path in inside(Path(spec.location), contract.locator)]
    # The change time, for a file that is moved into the folder keeps the time it was written.
    newest = max((max(stat.st_mtime, stat.st_ctime) for _, stat in found), default=0.0)
    if not found or (last is not None and newest <= last.timestamp()):
        return ""
    told = "\0".join(f"{name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}" for name, stat in found)
    return hashlib.sha256(told.encode()).hexdigest()
