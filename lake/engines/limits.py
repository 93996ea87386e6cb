"""A time limit on what runs on a connection, for SQL that somebody else has written."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


class TooSlow(Exception):
    """The statement was broken off because its time was over. What it read is not told."""


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Break off what runs on `connection` after `seconds` (0: never) and raise TooSlow; the connection stays usable."""
    if not seconds:
        yield
        return
    over = threading.Event()

    def end() -> None:
        over.set()
        connection.interrupt()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.Error:
        if over.is_set():
            raise TooSlow from None
        raise
    finally:
        timer.cancel()
        timer.join()  # an interruption that came later would break off somebody else's statement
