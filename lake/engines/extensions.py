"""DuckDB's extensions as they lie in their wheels, and which of them this hub has seen properly signed.

DuckDB checks an extension's signature by reading all of it at every load: for the scanners that is forty megabytes,
more work than a small load of rows. The hub has it checked once for each file and remembers the file's identity beside
its keys, where nobody but the hub writes; a file that was replaced or touched since is checked again.
"""

import importlib.util
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import duckdb

from catalog.settings import Settings

PROOF = "extensions.json"
_proved: dict[str, list[int]] = {}
"""Name -> identity of the file whose signature this process has seen accepted."""


def extension_path(name: str) -> Path | None:
    """The file of extension `name` in its installed wheel, or None when there is no such wheel."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    return path if path.is_file() else None


def all_proved(settings: Settings | None, names: Iterable[str]) -> bool:
    """Whether every one of `names` is the very file whose signature was accepted before, here or in another process."""
    identities = {name: _identity(name) for name in names}
    unseen = [name for name, identity in identities.items() if identity is None or _proved.get(name) != identity]
    if unseen and settings is not None:
        _proved.update(_remembered(settings))
        unseen = [name for name in unseen if identities[name] is None or _proved.get(name) != identities[name]]
    return bool(identities) and not unseen


def proved(settings: Settings | None, names: Iterable[str]) -> None:
    """Remember that DuckDB has accepted the signatures of `names`; where that cannot be written it is checked anew."""
    found = {name: identity for name in names if (identity := _identity(name)) is not None}
    _proved.update(found)
    if settings is None or not found:
        return
    known = _remembered(settings)
    if known | found != known:
        with suppress(OSError):
            _write(settings.keys_dir, known | found)


def _write(folder: Path, told: dict[str, list[int]]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, fresh = tempfile.mkstemp(prefix=f"{PROOF}.", dir=folder)  # mode 0600, a name of its own
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(told, stream)
        os.replace(fresh, folder / PROOF)
    except OSError:
        os.unlink(fresh)
        raise


def _identity(name: str) -> list[int] | None:
    """What tells this file from one put in its place: the clock of its last change is the file system's own."""
    path = extension_path(name)
    if path is None:
        return None
    is_now = path.stat()
    return [is_now.st_dev, is_now.st_ino, is_now.st_size, is_now.st_mtime_ns, is_now.st_ctime_ns]


def _remembered(settings: Settings) -> dict[str, list[int]]:
    """What is written beside the keys; nothing, where others could have written it or it is not to be read."""
    place = settings.keys_dir / PROOF
    try:
        with place.open(encoding="utf-8") as file:
            held = os.fstat(file.fileno())
            if held.st_uid != os.geteuid() or held.st_mode & 0o022:
                return {}
            told = json.load(file)
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
