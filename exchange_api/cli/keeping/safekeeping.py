"""A backup folder: made whole or not at all, checked byte by byte before anything is restored from it.

<backup>/manifest.json   release, moment, SHA-256 and size of every file here
         registry.sqlite  a consistent copy (SQLite's backup API), taken while the hub runs
         audit/ keys/ contracts/ topics/ standards/ deliveries/   as they lie under the home; keys with mode 0600
         lake/            only if asked for; else lake-files.json lists what another tool must keep
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from catalog.errors import Conflict, InvalidInput, NotFound
from catalog.settings import Settings

MANIFEST = "manifest.json"
REGISTRY = "registry.sqlite"
UNFINISHED = ".restoring"
"""Stands in a home while it is being restored, so that a restore killed half-way can simply be run again."""
FORMAT = 1

Watch = Callable[[str, list[Path]], Iterator[Path]]
"""Goes through files while showing a person how far it has come."""


def make(settings: Settings, target: Path, *, with_lake: bool, now: datetime, watch: Watch) -> dict[str, Any]:
    """Write a backup to `target`, a folder that must not exist yet; returns its manifest.

    Raises Conflict when `target` exists, InvalidInput when the registry is a server's or the lake is in a store.
    """
    if target.exists():
        raise Conflict(
            f"{target} 已存在。请为备份选择一个新的文件夹。",
            f"{target} exists already. Choose a new folder for the backup.",
            code="backup_exists",
        )
    registry = _registry_file(settings)
    _check_there(registry)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    _copy_registry(registry, partial / REGISTRY)
    for name, folder in _folders(settings).items():
        _copy(folder, partial / name, watch(name, _files(folder)))
    lake = Path(settings.lake_url)
    if with_lake:
        _copy(lake, partial / "lake", watch("lake", _lake_files(lake)))
    listed = [{"file": str(path.relative_to(lake)), "size": path.stat().st_size} for path in _lake_files(lake)]
    (partial / "lake-files.json").write_text(json.dumps(listed))
    _protect(partial / "keys")
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "hub_id": settings.hub_id,
        "with_lake": with_lake,
        "files": {str(path.relative_to(partial)): _sum(path) for path in watch("sha256", _files(partial))},
    }
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
    os.sync()
    partial.rename(target)
    return manifest


def restore(settings: Settings, source: Path, *, watch: Watch) -> dict[str, Any]:
    """Fill an empty home from the backup `source`; returns its manifest.

    Raises Conflict when the home holds anything but an unfinished restore, NotFound when `source` is no backup,
    InvalidInput when it is damaged.
    """
    registry = _registry_file(settings)
    home = settings.home
    unfinished = home / UNFINISHED
    if home.exists() and any(home.iterdir()) and not unfinished.exists():
        raise Conflict(
            f"{home} 不是空的，恢复会覆盖其中的数据。请用 SHUNIU_HOME 指定一个空文件夹。",
            f"{home} is not empty, and restoring would overwrite what it holds. Name an empty folder with SHUNIU_HOME.",
            code="home_not_empty",
        )
    manifest = _checked(source, watch)
    home.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    places = {name: folder for name, folder in _folders(settings).items() if (source / name).is_dir()}
    if manifest["with_lake"]:
        places["lake"] = Path(settings.lake_url)
    for name, folder in places.items():
        _copy(source / name, folder, watch(name, _files(source / name)))
    _protect(settings.keys_dir)
    registry.parent.mkdir(parents=True, exist_ok=True)
    partial = registry.with_suffix(".partial")
    shutil.copyfile(source / REGISTRY, partial)
    partial.rename(registry)
    os.sync()
    unfinished.unlink()
    return manifest


def _checked(source: Path, watch: Watch) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
        sums = dict(manifest["files"])
    except (OSError, ValueError, KeyError):
        raise NotFound(
            f"{source} 不是数纽的备份（缺少 manifest.json）。请检查路径。",
            f"{source} is not a backup of Shuniu (it has no manifest.json). Check the path.",
            code="backup_unknown",
        ) from None
    there = {str(path.relative_to(source)): path for path in _files(source) if path.name != MANIFEST}
    damaged = sorted(set(sums) ^ set(there))
    listed = [there[name] for name in sorted(sums) if name in there]
    damaged += [str(path) for path in watch("sha256", listed) if _sum(path) != sums[str(path.relative_to(source))]]
    if damaged or manifest.get("format") != FORMAT:
        raise InvalidInput(
            f"备份已损坏或版本不符：{len(damaged)} 个文件与清单不一致。请换用另一份备份。",
            f"The backup is damaged or of another release: {len(damaged)} files differ from its list. Use another one.",
            code="backup_damaged",
            files=damaged,
        )
    return manifest


def _registry_file(settings: Settings) -> Path:
    url = make_url(settings.registry_url)
    if url.get_backend_name() != "sqlite" or not url.database or "://" in settings.lake_url:
        raise InvalidInput(
            "登记库在数据库服务器上，或数据湖在对象存储中：请用其自带的备份工具（如 pg_dump），并另存密钥与审计目录。",
            "The registry is on a database server, or the lake in an object store: back them up with their own tools"
            " (such as pg_dump), and keep the folders of keys and audit besides.",
            code="backup_not_embedded",
        )
    return Path(url.database)


def _folders(settings: Settings) -> dict[str, Path]:
    return {
        "audit": settings.audit_dir,
        "keys": settings.keys_dir,
        "contracts": settings.contracts_dir,
        "topics": settings.topics_dir,
        "standards": settings.standards_dir,
        "deliveries": settings.home / "deliveries",
    }


def _check_there(registry: Path) -> None:
    if not registry.is_file():
        raise NotFound(
            f"没有登记库 {registry}。请检查 SHUNIU_HOME，或先运行 shuniu migrate。",
            f"There is no registry {registry}. Check SHUNIU_HOME, or run shuniu migrate first.",
            code="registry_missing",
        )


def _copy_registry(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no -wal beside it
    target.chmod(0o600)


def _copy(source: Path, target: Path, files: Iterator[Path]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _lake_files(lake: Path) -> list[Path]:
    """Commits before data: whatever a copied commit names is still there when its files' turn comes."""
    found = [path for path in _files(lake) if "staging" not in path.relative_to(lake).parts[:1]]
    return sorted(found, key=lambda path: ("_delta_log" not in path.parts, path))


def _protect(keys: Path) -> None:
    if keys.is_dir():
        keys.chmod(0o700)
        for path in _files(keys):
            path.chmod(0o600)


def _sum(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return {"size": path.stat().st_size, "sha256": file_digest(stream, "sha256").hexdigest()}
