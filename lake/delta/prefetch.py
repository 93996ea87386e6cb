"""Read in the background what the foreground is going to store: decoding and compressing take a core each.

Order within one stream is kept; the first error ends all and is raised where the batches are taken.
"""

import queue
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

WAITING = 2  # batches of one stream that may lie in memory unread
PATIENCE = 0.2  # seconds until a stream notices that nobody takes its batches any more
T = TypeVar("T")


def ahead(stream: Iterable[T]) -> Generator[T, None, None]:
    """What `stream` gives, read by a thread of its own."""
    return side_by_side([stream])


def side_by_side(streams: Sequence[Iterable[T]]) -> Generator[T, None, None]:
    """What all streams give, in the order it comes, each read by a thread of its own."""
    waiting: queue.Queue[T | _End] = queue.Queue(maxsize=WAITING * len(streams))
    stopped = threading.Event()
    threads = [threading.Thread(target=_pump, args=(each, waiting, stopped), daemon=True) for each in streams]
    for thread in threads:
        thread.start()
    try:
        running = len(threads)
        while running:
            found = waiting.get()
            if not isinstance(found, _End):
                yield found
            elif found.error is not None:
                raise found.error
            else:
                running -= 1
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


class _End:
    """A stream has ended, by itself or with an error."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _pump(stream: Iterable[T], waiting: "queue.Queue[T | _End]", stopped: threading.Event) -> None:
    end = _End()
    try:
        for found in stream:
            if not _put(found, waiting, stopped):
                return
    except BaseException as error:
        end = _End(error)
    _put(end, waiting, stopped)


def _put(found: "T | _End", waiting: "queue.Queue[T | _End]", stopped: threading.Event) -> bool:
    while not stopped.is_set():
        with suppress(queue.Full):
            waiting.put(found, timeout=PATIENCE)
            return True
    return False
