"""Whether files have arrived since the hub last took any, for the watcher of dags/watchers/arrivals.py."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import open_reader
from catalog.models import RunStep
from catalog.settings import Settings
from lake.sources.watching import File, Seen, look


@dataclass
class Arrivals:
    """The looks at one dataset's files. Two looks alike mean that nobody is writing; each arrival is told once."""

    dataset: str
    _before: Seen = field(default_factory=Seen)
    _told: frozenset[File] | None = None

    def look(self, settings: Settings) -> str:
        """A mark of what has arrived since the look before and has settled; '' when nothing has.

        Raises HubError and OSError where registry or place cannot be asked.
        """
        seen, taken = seen_and_taken(settings, self.dataset)
        settled, self._before = seen.files == self._before.files, seen
        if not seen.files or not settled:
            return ""
        untaken = taken is None or seen.newest > taken.timestamp()
        if self._told is None:
            fresh = seen.files if untaken else frozenset()
        else:
            # Another machine's clock may be wrong, and a file renamed there keeps its time: two looks tell.
            fresh = seen.files - self._told if untaken or not seen.ours else frozenset()
        self._told = seen.files
        return _mark(seen) if fresh else ""

    @property
    def near(self) -> bool:
        """Whether looking costs nobody else anything: the files, as far as they are known, lie on this machine."""
        return self._before.ours


def seen_and_taken(settings: Settings, dataset: str) -> tuple[Seen, datetime | None]:
    """The files that meet the contract's locator, and when the last successful collection began."""
    contract = load_contract(settings.contracts_dir / f"{dataset}.odcs.yaml")
    with open_reader(settings) as session:
        spec = systems.opened(session, settings=settings, code=contract.system)
        query = select(func.max(RunStep.started_at)).where(RunStep.dataset == dataset, RunStep.stage == "collect")
        last = session.scalar(query.where(RunStep.ok))
    return look(spec, contract), last


def _mark(seen: Seen) -> str:
    return hashlib.sha256(repr(sorted(seen.files)).encode()).hexdigest()
