"""A throw-away server's folder and its run: the same for every kind of server, told apart only by their commands."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from demo.services import processes
from demo.services.service import Service, would_not_start


@dataclass(frozen=True)
class Room:
    """Where a server lives: `folder` is ours (password, log), `data` belongs to the server's `user`.

    `prefix` are the words that make a command run as that user.
    """

    folder: Path
    user: str
    prefix: list[str]
    password: str = field(repr=False)

    @property
    def data(self) -> Path:
        """The server's own folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server wrote to its terminal."""
        return self.folder / "server.log"

    def hand_over(self, name: str, text: str) -> Path:
        """Write a file (mode 0600) that the server's user can read; remove it as soon as it was read."""
        handed = self.data.parent / "handed"
        path = handed / name
        handed.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        processes.own(handed, self.user)
        return path


def prepare(folder: Path, users: Sequence[str], *, program: str, first_signal: int) -> Room | None:
    """Make (or find again) the folder of a server, and end what an interrupted run left running on it.

    None when we are root and none of `users` exists or can reach the folder: such a server is not to be had.
    """
    user = processes.server_user(users)
    if user is None:
        return None
    folder = folder.resolve()
    password = processes.kept_password(folder / "password")
    processes.own(folder / "data", user)
    prefix = processes.as_user(user, folder / "data")
    if prefix is None:
        return None
    processes.end_leftover(folder / "data", program, first_signal=first_signal)
    return Room(folder, user, prefix, password)


def install(room: Room, argv: Sequence[str], *, program: str) -> None:
    """Run the program that fills a new data folder; raises Unavailable with the place of its log."""
    done = subprocess.run([*room.prefix, *argv], capture_output=True, check=False, cwd=room.data)
    log = room.folder / "install.log"
    log.write_bytes(done.stdout + done.stderr)
    if done.returncode:
        raise would_not_start(program, str(log))


def run(
    room: Room,
    service: Service,
    *,
    command: Callable[[int], Sequence[str]],
    ready: Callable[[Service], bool],
    first_signal: int,
) -> Service:
    """Start `command(port)` and return `service` with its port and its way to be stopped, once `ready(service)`.

    `first_signal` is the one on which this server shuts down at once but cleanly. Raises Unavailable.
    """
    for _ in range(3):  # the free port may be taken between asking and binding
        port = processes.free_port()
        argv = [*room.prefix, *command(port)]
        server = processes.launch(argv, log=room.log, cwd=room.data)
        started = replace(service, port=port, _stop=_stopping(server, first_signal))
        if processes.wait_until(_asking(ready, started), server):
            return started
        started.stop()
    raise would_not_start(service.kind, str(room.log))


def _asking(ready: Callable[[Service], bool], service: Service) -> Callable[[], bool]:
    return lambda: ready(service)


def _stopping(server: subprocess.Popen[bytes], first_signal: int) -> Callable[[], None]:
    def stop() -> None:
        processes.end_tree(server.pid, first_signal=first_signal)
        server.wait()

    return stop
