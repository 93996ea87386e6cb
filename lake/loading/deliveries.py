"""The folder where deliveries are kept as they came, and the lock that lets one run at a time collect a dataset.

<home>/deliveries/<dataset>/.incoming        being taken, or left by a run that broke off
<home>/deliveries/<dataset>/<batch id>       belongs to a committed or a held batch; never changed again
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from catalog.contracts import Contract
from catalog.errors import Conflict
from catalog.settings import Settings

CHUNK = 1 << 20


def folder(settings: Settings, dataset: str, batch_id: str) -> Path:
    """Where the files of a batch are kept; databases leave none."""
    return settings.home / "deliveries" / dataset / batch_id


def incoming(settings: Settings, dataset: str) -> Path:
    """Where files lie until their batch is committed."""
    return folder(settings, dataset, ".incoming")


def settle(settings: Settings, dataset: str, batch_id: str) -> None:
    """Give the incoming files to a batch. Done already, or nothing came: no matter."""
    source, target = incoming(settings, dataset), folder(settings, dataset, batch_id)
    if source.is_dir() and any(source.iterdir()) and not target.exists():
        source.rename(target)
    discard(settings, dataset)


def discard(settings: Settings, dataset: str) -> None:
    """Forget incoming files that are kept already."""
    shutil.rmtree(incoming(settings, dataset), ignore_errors=True)


def came(settings: Settings, dataset: str) -> list[Path]:
    """The files of the delivery being taken; none of a database."""
    keep = incoming(settings, dataset)
    return sorted(path for path in keep.iterdir() if path.is_file()) if keep.is_dir() else []


def reading(contract: Contract) -> str:
    """How a contract says its files are read, as text: a corrected way of reading makes another delivery of them."""
    return json.dumps([contract.locator, dict(contract.options)], sort_keys=True, default=str)


def fingerprint(files: Sequence[Path], reading: str) -> str:
    """SHA-256 over names and contents of delivered files, and over how they are read (a corrected contract counts)."""
    digest = hashlib.sha256(reading.encode())
    for file in files:
        digest.update(b"\0" + os.fsencode(file.name) + b"\0" + str(file.stat().st_size).encode() + b"\0")
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def lock(settings: Settings, dataset: str) -> Iterator[None]:
    """Let one run at a time collect `dataset` on this machine; raises Conflict. The system frees it when a run dies."""
    path = settings.home / "locks" / f"collect-{dataset}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"数据集 {dataset} 正在归集中。请等它结束后再运行。",
                f"Dataset {dataset} is being collected right now. Wait until that has ended.",
                code="collect_running",
                dataset=dataset,
            ) from error
        yield
