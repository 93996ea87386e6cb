"""A server that stays connected and says nothing any more: a line to a real one, on which everything may stop."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


class Line:
    """A port of this machine behind which a real server is; after `most` bytes of its answers nothing comes through.

    fallen: set from that moment on.
    """

    def __init__(self, host: str, port: int, *, most: int) -> None:
        self._server, self._left = (host, port), most
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.fallen = Event()
        self._open: list[socket.socket] = [self._door]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                server = socket.create_connection(self._server)
                self._open += [caller, server]
                Thread(target=self._pass, args=(caller, server, False), daemon=True).start()
                Thread(target=self._pass, args=(server, caller, True), daemon=True).start()

    def _pass(self, source: socket.socket, to: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                self._left -= len(piece) * answers
                if self._left < 0:
                    self.fallen.set()
                    continue  # read and kept back: both ends believe that all is well
                to.sendall(piece)
            to.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Let go of everything."""
        for one in self._open:
            one.close()


@contextmanager
def falling_silent(host: str, port: int, *, most: int) -> Iterator[Line]:
    """A Line, closed afterwards."""
    line = Line(host, port, most=most)
    try:
        yield line
    finally:
        line.close()
