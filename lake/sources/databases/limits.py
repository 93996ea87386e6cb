"""How long a department's database may take: what runs then is stopped, and a line on which nothing comes is cut.

DuckDB stops between two pieces of work. A server that keeps the line open and says nothing holds it inside one, where
no signal arrives either: Airflow's limit of a task would wait with it, and two such departments would have both
workers. So the line itself is shut, and what waits on it fails as if the server had.
"""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Timer

import duckdb

STATEMENT_SECONDS = 1800
GRACE_SECONDS, CUTS = 10, 6
"""From being stopped until the line is cut: whoever can stop has done so by then. Again, for who connects again."""
_OPEN = "/dev/fd"


def limit(connection: duckdb.DuckDBPyConnection, seconds: float, server: tuple[str, int] | None) -> Callable[[], None]:
    """Stop whatever runs on `connection` after `seconds`; call what is returned once it is done with.

    server: host and port that the connection reaches after this call; None for a file. A server that knows such a limit
    is told it as well (postgresql.py); this one holds for those that do not, and for one that says nothing any more.
    """
    before = frozenset(_sockets())

    def stop() -> None:
        with suppress(duckdb.Error):  # closed a moment ago
            connection.interrupt()
        if server is None:
            return
        for _ in range(CUTS):
            # cancel() sets `finished`; a Timer that ran out sets it only after this.
            if watch.finished.wait(GRACE_SECONDS):
                return
            _cut(before, *server)

    watch = Timer(seconds, stop)
    watch.daemon = True
    watch.start()
    return watch.cancel


def _sockets() -> dict[int, int]:
    """Identity -> descriptor of every socket this process has open."""
    found = {}
    for name in os.listdir(_OPEN):
        with suppress(OSError):  # closed meanwhile, like the one the list was read by
            told = os.fstat(int(name))
            if stat.S_ISSOCK(told.st_mode):
                found[told.st_ino] = int(name)
    return found


def _cut(before: frozenset[int], host: str, port: int) -> None:
    """Shut the lines to a server that were not there before."""
    places = set(_places(host, port))
    for identity, descriptor in _sockets().items():
        if identity in before:
            continue
        with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
            if line.family in (socket.AF_INET, socket.AF_INET6) and line.getpeername()[:2] in places:
                line.shutdown(socket.SHUT_RDWR)


def _places(host: str, port: int) -> Iterator[tuple[str, int]]:
    with suppress(OSError):
        for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            yield str(place[0]), port
