"""A folder of NDJSON files that grow: each delivery takes the complete lines written since the one before.

The position says, as JSON, how many bytes of each file were taken, and a mark of the bytes before that place: where
they are not the same any more, the file was begun anew and is taken from its start.
"""

import hashlib
import json
import shutil
from pathlib import Path, PurePosixPath

from catalog.contracts import Contract
from catalog.errors import SourceUnreachable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.delivery import Delivery
from lake.sources.files import inside, open_files
from lake.sources.places.chosen import kept_names

CHUNK = 1 << 20
MARKED = 4096
Taken = tuple[int, str]


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """New lines of the files that system option `files` ({locator: pattern}) gives for the contract's locator."""
    folder = Path(spec.location)
    pattern = dict(spec.options.get("files", {})).get(contract.locator, contract.locator)
    if not folder.is_dir():
        raise SourceUnreachable(
            f"找不到系统 {spec.code} 的消息目录。请检查登记的位置和挂载。",
            f"The message folder of system {spec.code} is not there. Check its location and mounts.",
            code="folder_missing",
            system=spec.code,
        )
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    taken: dict[str, Taken] = json.loads(since) if since else {}
    reached: dict[str, Taken] = {}
    copies: list[Path] = []
    found = sorted(inside(folder, str(pattern)), key=lambda path: (path.name, path))
    for below, name in kept_names([PurePosixPath(path.relative_to(folder)) for path in found]).items():
        path, target = folder / below, keep / name
        # A file of a folder below was known by its name alone before; its mark tells whether it is the same.
        start, mark = taken.get(str(below), taken.get(path.name, (0, "")))
        start = start if start and _mark(path, start) == mark else 0
        end = start + _take(path, start, target)
        reached[str(below)] = (end, _mark(path, end))
        if end > start:
            copies.append(target)
        else:
            target.unlink()
    return open_files(settings, copies, contract, position=json.dumps(reached, sort_keys=True), form="ndjson")


def _take(path: Path, start: int, target: Path) -> int:
    """Copy what follows `start` up to the last line end; a line still being written waits. Returns its bytes."""
    written = 0
    with path.open("rb") as source, target.open("wb") as copy:
        source.seek(start)
        while chunk := source.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        written = _last_line_end(target)
        copy.truncate(written)
    return written


def _mark(path: Path, end: int) -> str:
    with path.open("rb") as stream:
        stream.seek(max(0, end - MARKED))
        return hashlib.sha256(stream.read(min(end, MARKED))).hexdigest()[:16]


def _last_line_end(path: Path) -> int:
    with path.open("rb") as stream:
        position = stream.seek(0, 2)
        while position > 0:
            start = max(0, position - CHUNK)
            stream.seek(start)
            found = stream.read(position - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            position = start
    return 0
