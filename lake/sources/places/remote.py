"""Files in a folder of another machine (SFTP, S3): found by the contract's pattern, fetched as they are, then read.

How such a place is reached is in sftp.py and s3.py; choosing, fetching whole and reading are the same as for a folder
of this machine (files.py). What a server says of names is not believed: nothing is written outside the delivery.
"""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Protocol

from catalog.contracts import Contract
from catalog.errors import SourceUnreadable
from catalog.settings import Settings
from lake.sources.delivery import Delivery
from lake.sources.files import BESIDE_A_SHAPEFILE, nothing_there, open_files
from lake.sources.places import chosen
from lake.sources.places.packed import MOST_BYTES

DEEPEST = 16
MOST_FILES = 10_000
MOST_FOLDERS = 20_000
LONGEST = 600.0


@dataclass(frozen=True)
class Entry:
    """What lies directly in folder `within` of a place; size in bytes, `changed` in whatever that place counts time."""

    within: PurePosixPath
    name: str
    size: int
    changed: float
    folder: bool = False

    @property
    def path(self) -> PurePosixPath:
        """Where it lies, below the root of the place."""
        return self.within / self.name

    @property
    def plain(self) -> bool:
        """Whether the name is one: what a server makes up must not lead anywhere."""
        return self.name not in ("", ".", "..") and not {"/", "\0"} & set(self.name)


class Place(Protocol):
    """A folder elsewhere, open for reading."""

    def entries(self, folder: PurePosixPath) -> list[Entry]:
        """What lies directly in `folder` (below the root); links are left out, for they may lead anywhere."""

    def fetch(self, entry: Entry, target: Path) -> None:
        """Copy one file; raises SourceUnreadable when it is still being written."""


def take(settings: Settings, place: Place, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Files of `place` that meet the locator, in order of name: of a snapshot all or the newest, else those after
    `since` (chosen.py).

    Raises SourceUnreachable when there are none, SourceUnreadable and ContractBroken for their content.
    """
    found = {entry.path: entry for entry in meeting(place, contract.locator)}
    if not found:
        raise nothing_there(contract)
    snapshot = contract.mode == "snapshot"
    wanted = chosen.whole(list(found), contract) if snapshot else chosen.due(list(found), since)
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    parts = {part.path: part for path in wanted for part in (found[path], *_beside(place, found[path]))}
    names = chosen.kept_names(list(parts))
    if sum(part.size for part in parts.values()) > MOST_BYTES:
        raise _too_large(contract)
    for path, name in names.items():
        place.fetch(parts[path], keep / name)
    copies = [keep / names[path] for path in wanted]
    position = None if snapshot else chosen.reached(list(found), since)
    return open_files(settings, copies, contract, position=position)


def meeting(place: Place, pattern: str) -> list[Entry]:
    """The files of `place` that meet `pattern`, in order of name. Raises SourceUnreadable when they are too many."""
    return sorted(_meeting(place, pattern), key=_order)


def _order(entry: Entry) -> tuple[str, PurePosixPath]:
    return entry.name, entry.path


def _too_large(contract: Contract) -> SourceUnreadable:
    return SourceUnreadable(
        f"符合 {contract.locator} 的文件合计超过 {MOST_BYTES >> 30} GB，未予读取。请收窄文件名式样，或请部门分批上报。",
        f"The files that meet {contract.locator} are more than {MOST_BYTES >> 30} GB and were not fetched. Narrow the"
        " pattern, or ask the department to deliver in parts.",
        code="files_too_large",
    )


def still_written(name: str) -> SourceUnreadable:
    """The error of a file that changed while it was fetched."""
    return SourceUnreadable(
        f"文件 {name} 在读取时仍在变化，可能尚未写完。请部门写完（先用临时名，再改名）后重新运行。",
        f"File {name} changed while it was read: it is not written to the end. Ask the department to write it under"
        " another name first, then rename it; run again.",
        code="file_unreadable",
        file=name,
    )


def _meeting(place: Place, pattern: str) -> Iterator[Entry]:
    parts = PurePosixPath(pattern).parts
    if not parts or ".." in parts or parts[0] == "/":
        return  # a pattern must not lead out of the department's own folder
    for count, entry in enumerate(_below(_Walk(place, pattern), PurePosixPath(), parts)):
        if count == MOST_FILES:
            raise too_many(pattern)
        yield entry


@dataclass
class _Walk:
    """One walk through a place, which may make up folders without end: so many, and no longer than LONGEST seconds."""

    place: Place
    pattern: str
    folders: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + LONGEST)

    def entries(self, folder: PurePosixPath) -> list[Entry]:
        """What lies in one more folder. Raises SourceUnreadable when the walk has been long enough."""
        self.folders += 1
        if self.folders > MOST_FOLDERS or time.monotonic() > self.until:
            raise _endless(self.pattern)
        return self.place.entries(folder)


def _below(walk: _Walk, folder: PurePosixPath, parts: tuple[str, ...]) -> Iterator[Entry]:
    if len(folder.parts) > DEEPEST:
        return
    wanted, rest = parts[0], parts[1:]
    if wanted == "**" and rest:
        yield from _below(walk, folder, rest)
    for entry in walk.entries(folder):
        name = entry.name
        if not entry.plain or name.startswith((".", "~$")):
            continue
        if entry.folder and (wanted == "**" or (rest and fnmatchcase(name, wanted))):
            yield from _below(walk, folder / name, parts if wanted == "**" else rest)
        elif not entry.folder and not rest and fnmatchcase(name, wanted):
            yield entry


def _endless(pattern: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"查找符合 {pattern} 的文件时目录过多（超过 {MOST_FOLDERS} 个）或过久（超过 {LONGEST:.0f} 秒）。"
        "请收窄契约中的式样。",
        f"Looking for files that meet {pattern} took over {MOST_FOLDERS} folders or {LONGEST:.0f} seconds. Narrow the"
        " pattern in the contract.",
        code="too_many_folders",
    )


def _beside(place: Place, entry: Entry) -> list[Entry]:
    """The parts of a Shapefile that lie beside its .shp."""
    if entry.path.suffix.lower() != ".shp":
        return []
    names = {entry.path.with_suffix(suffix).name for suffix in BESIDE_A_SHAPEFILE}
    return [other for other in place.entries(entry.within) if not other.folder and other.name in names]


def too_many(pattern: str) -> SourceUnreadable:
    """The error of a place with more files than anybody would deliver."""
    return SourceUnreadable(
        f"符合 {pattern} 的文件超过 {MOST_FILES} 个。请收窄契约中的文件名式样。",
        f"More than {MOST_FILES} files meet {pattern}. Narrow the pattern in the contract.",
        code="too_many_files",
    )
