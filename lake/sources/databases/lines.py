"""Which of this process's lines to a server are those of one connection: only those may be cut.

Others to the same server may be of another load, of a preview, of the registry. DuckDB tells no descriptor and opens
lines later, too: so they are told apart by a mark where the driver lets one put it on each, else by when they came.
"""

import os
import socket
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from threading import Lock
from typing import Final
from weakref import WeakSet

MARK: Final = 900_000
"""Milliseconds a peer may leave what we sent unacknowledged (libpq's tcp_user_timeout, the kernel's own is about that):

this many and some more, other ones for each connection, are its mark.
"""
MARKS: Final = 60_000
AT_ONCE: Final = 1.0
"""Seconds within which a connection has opened its first line."""
_LAST_HEARD: Final = struct.Struct("52xI")  # tcp_info.tcpi_last_data_recv, in milliseconds
_OPEN: Final = "/dev/fd"
_NUMBERS: Final = count()


class Lines:
    """The lines one connection opens to a server from now on. mark: to be put on each of them, or 0 if that cannot be.

    Make it before they are opened, and say when they were `attached`.
    """

    def __init__(self, host: str, port: int, *, marked: bool) -> None:
        self._server = (host, port)
        self.mark = MARK + next(_NUMBERS) % MARKS if marked else 0
        self._before, self._began = frozenset(_sockets()), time.monotonic()
        self._attached: frozenset[int] | None = None
        with _LOCK:
            _ALL.add(self)

    def attached(self) -> None:
        """What was opened until now is of this connection, unless another one to the server says so as well."""
        self._attached = frozenset(_sockets()) - self._before

    def cut(self, silent: float) -> None:
        """Shut them. Without a mark: those that came while attaching, and later ones on which nothing comes any more.

        silent: seconds without an answer from which on a line counts as such.
        """
        places = set(_places(*self._server))
        for identity, descriptor in _sockets().items():
            with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
                internet = line.family in (socket.AF_INET, socket.AF_INET6)
                if internet and line.getpeername()[:2] in places and self._owns(identity, line, silent):
                    line.shutdown(socket.SHUT_RDWR)

    def _owns(self, identity: int, line: socket.socket, silent: float) -> bool:
        if self.mark:
            return line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == self.mark
        if identity in self._before:
            return False
        others = self._is_of_others(identity)
        if others != (identity in (self._attached or ())):
            return not others
        (heard,) = _LAST_HEARD.unpack(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_HEARD.size))
        return bool(heard >= silent * 1000)

    def _is_of_others(self, identity: int) -> bool:
        """Whether another connection says that the line is its own; one still attaching could be taken for another's.

        By those that began with it, that is: what it opened at once, later ones found there.
        """
        with _LOCK:
            others = [one for one in _ALL if one is not self]
        if self._attached is None:
            others = [one for one in others if one._began > self._began + AT_ONCE]
        return any(identity in (one._attached or ()) for one in others)


_ALL: Final[WeakSet[Lines]] = WeakSet()
_LOCK: Final = Lock()


def _sockets() -> dict[int, int]:
    """Identity -> descriptor of every socket this process has open."""
    found = {}
    for name in os.listdir(_OPEN):
        with suppress(OSError):  # closed meanwhile, like the one the list was read by
            told = os.fstat(int(name))
            if stat.S_ISSOCK(told.st_mode):
                found[told.st_ino] = int(name)
    return found


def _places(host: str, port: int) -> Iterator[tuple[str, int]]:
    with suppress(OSError):
        for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            yield str(place[0]), port
