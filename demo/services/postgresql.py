"""A throw-away PostgreSQL: initdb and postgres from the machine's own binaries, or the server the environment names."""

import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path

import psycopg

from demo.services import processes, throwaway
from demo.services.service import Service, named

VARIABLE = "SHUNIU_TEST_POSTGRES_URL"
USERS = ("postgres", "nobody")
AT_ONCE = signal.SIGINT  # "fast shutdown"; SIGTERM would wait for clients to leave
# A throw-away server need not survive a power cut: no fsync, small memory.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "40",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_wal_size": "512MB",
    "logging_collector": "off",
}


def find() -> Path | None:
    """The folder with initdb and postgres (the newest under /usr/lib/postgresql, else PATH), or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_release, reverse=True)
    initdb = processes.find_binary("initdb", debian)
    return initdb.parent if initdb and os.access(initdb.parent / "postgres", os.X_OK) else None


def _release(folder: Path) -> float:
    return float(match.group()) if (match := re.match(r"\d+(\.\d+)?", folder.parent.name)) else 0.0


def start(
    folder: Path, environ: Mapping[str, str] | None = None, *, buffers: str = SETTINGS["shared_buffers"]
) -> Service | None:
    """The named server, or one started on `folder` (made the first time, resumed later) on a free port.

    buffers: memory for pages of tables; little, for most uses here are small.

    None when there is none to be had: not named, no binaries, or root without another user to run it as.
    Raises Unavailable when the binaries are there but the server does not come up.
    """
    if url := (environ if environ is not None else os.environ).get(VARIABLE, ""):
        return named("postgresql", url, port=5432, variable=VARIABLE)
    binaries = find()
    room = throwaway.prepare(folder, USERS, program="postgres", first_signal=AT_ONCE) if binaries else None
    if not binaries or not room:
        return None
    if not (room.data / "PG_VERSION").exists():
        _initialise(room, binaries)
    (room.data / "postmaster.pid").unlink(missing_ok=True)  # whoever wrote it was ended
    settings = [
        word for name, value in (SETTINGS | {"shared_buffers": buffers}).items() for word in ("-c", f"{name}={value}")
    ]
    return throwaway.run(
        room,
        Service("postgresql", "127.0.0.1", 0, "shuniu", room.password, database="postgres"),
        command=lambda port: [str(binaries / "postgres"), "-D", str(room.data), "-p", str(port), *settings],
        ready=_answers,
        first_signal=AT_ONCE,
    )


def _initialise(room: throwaway.Room, binaries: Path) -> None:
    password = room.hand_over("password", room.password)
    argv = [str(binaries / "initdb"), "-D", str(room.data), "-U", "shuniu", "-A", "scram-sha-256"]
    argv += ["--pwfile", str(password), "-E", "UTF8", "--locale", "C", "--no-sync"]
    try:
        throwaway.install(room, argv, program="initdb")
    finally:
        password.unlink()


def _answers(service: Service) -> bool:
    try:
        psycopg.connect(service.url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
