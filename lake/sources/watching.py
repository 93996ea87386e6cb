"""What lies in a department's folder, without taking anything: how the hub notices that files have arrived.

A folder of this machine tells when a file came to it; another machine tells only when the file was written there, by a
clock of its own, so of those a caller compares two looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.contracts import Contract
from catalog.errors import SourceUnreachable
from catalog.systems import SystemSpec
from lake.sources.files import inside

if TYPE_CHECKING:
    from lake.sources.places.remote import Entry

File = tuple[str, int, float, float]  # path below the place, bytes, written, come there (seconds; 0.0: not told)


@dataclass(frozen=True, slots=True)
class Seen:
    """What met the contract's locator.

    ours: the moments are those of this machine's clock and tell when a file came, not only when it was written.
    """

    files: frozenset[File] = frozenset()
    ours: bool = True

    @property
    def newest(self) -> float:
        """The latest moment of any file, in seconds since 1970; 0 where there is none."""
        return max((max(file[2:]) for file in self.files), default=0.0)


def look(spec: SystemSpec, contract: Contract) -> Seen:
    """The files of `contract` in system `spec` as they are now; nothing for kinds of systems without files.

    Raises SourceError and its kinds where the place cannot be listed.
    """
    list_files = LISTED.get(spec.kind)
    return list_files(spec, contract) if list_files else Seen()


def _here(spec: SystemSpec, contract: Contract) -> Seen:
    folder = Path(spec.location)
    if not folder.is_dir():
        return Seen()
    pattern = str(dict(spec.options.get("files", {})).get(contract.locator, contract.locator))
    found = [(path.relative_to(folder), path.stat()) for path in inside(folder, pattern)]
    # The change time, for a file that is moved into the folder keeps the time it was written.
    return Seen(frozenset((str(path), stat.st_size, stat.st_mtime, stat.st_ctime) for path, stat in found))


def _by_sftp(spec: SystemSpec, contract: Contract) -> Seen:
    from lake.sources import sftp
    from lake.sources.places import remote

    with sftp.opened(spec) as place:
        return _elsewhere(remote.meeting(place, contract.locator), 1)


def _in_s3(spec: SystemSpec, contract: Contract) -> Seen:
    from lake.sources import s3
    from lake.sources.places import remote

    try:
        return _elsewhere(remote.meeting(s3.Prefix(spec), contract.locator), 1e9)
    except SourceUnreachable as error:
        if error.code == "folder_missing":  # a store has no empty folders: a prefix is there with its first object
            return Seen(ours=False)
        raise


def _elsewhere(found: "list[Entry]", per_second: float) -> Seen:
    files = ((str(entry.path), entry.size, entry.changed / per_second, 0.0) for entry in found)
    return Seen(frozenset(files), ours=False)


LISTED: Final[dict[str, Callable[[SystemSpec, Contract], Seen]]] = {
    "files": _here,
    "ndjson": _here,
    "sftp": _by_sftp,
    "s3": _in_s3,
}
"""Kinds of systems in which files arrive; the others keep to their schedule."""
