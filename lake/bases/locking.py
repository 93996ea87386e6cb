"""Builds and erasures keep out of each other's way, on this machine: builds share a lock, an erasure has it alone."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from catalog.errors import Conflict
from catalog.settings import Settings


@contextmanager
def building(settings: Settings) -> Iterator[None]:
    """Held while a base is built, by as many builds as run; raises Conflict while persons are being erased."""
    running = Conflict(
        "正在依法删除个人信息，暂不能建库。请等它结束后再运行。",
        "Persons are being erased right now. Build once that has ended.",
        code="erasure_running",
    )
    with _held(settings, fcntl.LOCK_SH, running):
        yield


@contextmanager
def none_building(settings: Settings) -> Iterator[None]:
    """Held while persons are erased; raises Conflict while a base is being built."""
    running = Conflict(
        "正在建库，暂不能执行删除。请等它结束后再运行。",
        "A base is being built right now. Erase once that has ended.",
        code="build_running",
    )
    with _held(settings, fcntl.LOCK_EX, running):
        yield


@contextmanager
def _held(settings: Settings, how: int, running: Conflict) -> Iterator[None]:
    """The system frees the lock when a run dies."""
    path = settings.home / "locks" / "build.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise running from None
        yield
