"""The writing side of the trail: many threads hand records in, one thread writes, syncs and only then lets them go on.

Group commit: while one batch is being made durable the next one gathers, so a busy node pays one fdatasync for many
records. Every process writes a folder of its own, `<node>-<slot>`, chosen by a lock the kernel drops when it dies.
"""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from catalog.audit.chains import State
from catalog.audit.keys import signing_key
from catalog.audit.record import line, shape
from catalog.audit.recovery import Opened, open_folder, sealed
from catalog.audit.segments import NodeFolder, slot_folder
from catalog.errors import Unavailable
from catalog.settings import Settings

_BATCH = 2000
_SLOTS = 100

Waiting = tuple[dict[str, Any], "Future[int]"]


class Trail:
    """One process's audit log. `record` returns when the record would survive a kill -9 or a power cut.

    seal_seconds: how long a written record may stay unsealed. segment_records: when a new segment is begun.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        algorithm: str = "sha256",
        seal_seconds: float = 2.0,
        segment_records: int = 50_000,
    ) -> None:
        self._key = signing_key(settings.keys_dir)
        self._seal_seconds = seal_seconds
        self._segment_records = segment_records
        self._folder, self._lock, opened = self._take_slot(settings, algorithm)
        self._state: State = opened.state
        self._number = opened.next_segment
        self._prev_seal = opened.prev_seal
        self._file = -1
        self._length = 0
        self._unsealed_since: float | None = None
        self._broken = False
        self._closing = False
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    @property
    def node(self) -> str:
        """Name under which this process writes."""
        return self._folder.node

    def record(self, **fields: Any) -> int:
        """Write one record (fields of catalog.audit.record.FIELDS) and return its sequence number once it is durable.

        Raises Unavailable when it cannot be made durable: then nothing may be answered.
        """
        return self.submit(**fields).result(timeout=30)

    def submit(self, **fields: Any) -> "Future[int]":
        """The same without waiting: the future holds the sequence number, or Unavailable."""
        future: Future[int] = Future()
        shaped = shape(fields)
        with self._gate:
            if self._closing:
                raise _unwritable()
            self._queue.put((shaped, future))
        return future

    def close(self) -> None:
        """Write what waits, seal, let the folder go."""
        with self._gate:
            if self._closing:
                return
            self._closing = True
            self._queue.put(None)
        self._thread.join(timeout=60)

    def _take_slot(self, settings: Settings, algorithm: str) -> tuple[NodeFolder, int, Opened]:
        for slot in range(_SLOTS):
            folder = slot_folder(settings.audit_dir, node=settings.node, slot=slot, algorithm=algorithm)
            lock = folder.lock()
            if lock is None:
                continue
            opened = open_folder(folder, key=self._key)
            if opened is not None:
                return folder, lock, opened
            os.close(lock)  # evidence of tampering is never written over: it stays as it is, and we move on
        raise _unwritable()

    def _run(self) -> None:
        closing = False
        while not closing:
            batch, closing = self._gather()
            if batch:
                self._commit(batch)
            self._seal_if_due(closing)
        self._let_go()

    def _gather(self) -> tuple[list[Waiting], bool]:
        batch: list[Waiting] = []
        try:
            entry = self._queue.get(timeout=self._seal_seconds / 2)
            while entry is not None:
                batch.append(entry)
                if len(batch) >= _BATCH:
                    return batch, False
                entry = self._queue.get_nowait()
        except Empty:
            return batch, False
        return batch, True

    def _commit(self, batch: Sequence[Waiting]) -> None:
        seq, prev, written = self._state.next_seq, self._state.prev, []
        chunks: list[bytes] = []
        for shaped, _ in batch:
            raw, prev = line(shaped, seq=seq, node=self.node, prev=prev, digest=self._state.digest)
            chunks.append(raw)
            written.append((seq, prev))
            seq += 1
        try:
            self._write(b"".join(chunks))
        except OSError:
            self._give_up(batch)
            return
        for (shaped, future), (number, value) in zip(batch, written, strict=True):
            self._state.add(value, shaped["providers"])
            future.set_result(number)
        self._unsealed_since = self._unsealed_since or time.monotonic()

    def _write(self, data: bytes) -> None:
        if self._broken:
            raise OSError("an earlier write could not be undone")
        if self._file < 0:
            path = self._folder.segment(self._number)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            self._length = os.fstat(self._file).st_size
            self._folder.sync()
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file)
        self._length += len(data)

    def _give_up(self, batch: Sequence[Waiting]) -> None:
        """Take half-written bytes back, so that the next batch follows on what was answered; then say no to all."""
        try:
            if self._file >= 0:
                os.ftruncate(self._file, self._length)
        except OSError:
            self._broken = True
        for _, future in batch:
            future.set_exception(_unwritable())

    def _seal_if_due(self, closing: bool) -> None:
        since = self._unsealed_since
        full = self._state.tree.size >= self._segment_records
        if since is None or not (closing or full or time.monotonic() - since >= self._seal_seconds):
            return
        try:
            seal = sealed(
                self._folder,
                self._number,
                self._state,
                prev_seal=self._prev_seal,
                closed=closing or full,
                key=self._key,
            )
            self._folder.write_seal(self._number, seal)
        except OSError:
            return  # the records are durable; sealing is tried again with the next round
        self._unsealed_since = None
        if full:
            self._next_segment(seal)

    def _next_segment(self, seal: dict[str, Any]) -> None:
        os.close(self._file)
        self._file, self._length = -1, 0
        self._number += 1
        self._prev_seal = str(seal["signature"])
        self._state.open_segment()

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        os.close(self._lock)


def _unwritable() -> Unavailable:
    return Unavailable(
        "审计日志无法写入，因此不能提供数据。请管理员检查审计目录的磁盘空间和权限。",
        "The audit trail cannot be written, so no data is given. Ask the administrator to check space and rights of the"
        " audit folder.",
        code="audit_unwritable",
    )
