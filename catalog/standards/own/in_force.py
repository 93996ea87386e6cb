"""The own standards in force, as every process of the hub sees them: read from one file, whose folder the door names.

The registry knows what was approved; the file is written from it, so that nothing that reads a standard needs a
database. It is read when a standard is first asked for, and again when the door finds it replaced.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import ConfigurationError
from catalog.standards.own.additions import NOTHING, Additions, as_document, from_document

FILE = "in_force.json"


@dataclass
class _Held:
    """What this process holds: where the file is, its state when last looked at, and what it says (None: not read)."""

    path: Path | None = None
    mark: tuple[int, ...] = ()
    additions: Additions | None = None


_held = _Held()


def use(folder: Path | None) -> None:
    """From now on the standards of this process are the packaged ones and those in `folder` (None: the packaged alone).

    Costs one look at the file; it is read again only when another one lies there.
    """
    path = folder / FILE if folder else None
    mark = _mark(path)
    if (path, mark) != (_held.path, _held.mark):
        _held.path, _held.mark, _held.additions = path, mark, None


def current() -> Additions:
    """The own standards in force: the same object until they change. Raises ConfigurationError for a spoilt file."""
    if _held.additions is None:
        _held.additions = read(_held.path) if _held.path and _held.mark else NOTHING
    return _held.additions


def read(path: Path) -> Additions:
    """What the file says; raises ConfigurationError when it cannot be read."""
    try:
        return from_document(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(
            f"自定标准文件 {path} 无法读取。请运行 shuniu standard restore 由登记库重写。",
            f"The file of own standards {path} cannot be read. Write it anew from the registry: shuniu standard"
            " restore.",
            code="standards_unreadable",
        ) from None


def keep(folder: Path, additions: Additions) -> bool:
    """Make `additions` what is in force in `folder`, in one move; False when it says so already."""
    path = folder / FILE
    text = json.dumps(as_document(additions), ensure_ascii=False, indent=1)
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
    changed = before != text and not (before is None and not additions.count)
    if changed:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{FILE}.{os.getpid()}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    use(folder)
    return changed


def _mark(path: Path | None) -> tuple[int, ...]:
    try:
        state = path.stat() if path else None
    except OSError:
        return ()
    return (state.st_ino, state.st_mtime_ns, state.st_size) if state else ()
