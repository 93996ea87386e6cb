"""A throw-away MariaDB from the machine's mariadbd and mariadb-install-db, or the server the environment names."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pymysql

from demo.services import processes, throwaway
from demo.services.service import Service, named

VARIABLE = "SHUNIU_TEST_MYSQL_URL"
USERS = ("mysql", "nobody")
SETTINGS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=32M",
    "--performance-schema=0",
    "--max-connections=40",
    "--local-infile=0",
    "--socket=mysqld.sock",  # relative: lies in the data folder, whose full path may be too long for a socket
    "--pid-file=mysqld.pid",
)


def find() -> tuple[Path, Path] | None:
    """(mariadbd, mariadb-install-db), or None."""
    server = processes.find_binary("mariadbd")
    install = processes.find_binary("mariadb-install-db", [Path("/usr/bin")])
    return (server, install) if server and install else None


def start(folder: Path, environ: Mapping[str, str] | None = None) -> Service | None:
    """The named server, or one started on `folder` (made the first time, resumed later) on a free port.

    None when there is none to be had; raises Unavailable when the binaries are there but the server does not come up.
    """
    if url := (environ if environ is not None else os.environ).get(VARIABLE, ""):
        return named("mysql", url, port=3306, variable=VARIABLE)
    binaries = find()
    room = throwaway.prepare(folder, USERS, program="mariadbd", first_signal=signal.SIGTERM) if binaries else None
    if not binaries or not room:
        return None
    if not (room.data / "mysql").is_dir():
        _initialise(room, binaries[1])
    accounts = room.hand_over("accounts.sql", _accounts(room.password))
    places = [f"--datadir={room.data}", f"--tmpdir={room.data}", f"--init-file={accounts}"]
    try:
        return throwaway.run(
            room,
            Service("mysql", "127.0.0.1", 0, "shuniu", room.password),
            command=lambda port: [str(binaries[0]), "--no-defaults", *places, f"--port={port}", *SETTINGS],
            ready=_answers,
            first_signal=signal.SIGTERM,
        )
    finally:
        accounts.unlink()


def _initialise(room: throwaway.Room, install: Path) -> None:
    argv = [str(install), "--no-defaults", f"--datadir={room.data}", f"--tmpdir={room.data}", "--skip-test-db"]
    argv += ["--auth-root-authentication-method=normal", "--skip-name-resolve", "--innodb-log-file-size=32M"]
    throwaway.install(room, argv, program="mariadb-install-db")


def _accounts(password: str) -> str:
    """SQL the server runs before it listens: no anonymous account, no password-less root, one administrator."""
    statements = (
        "DELETE FROM mysql.global_priv WHERE User='' OR User='root' AND Host <> 'localhost'",
        "FLUSH PRIVILEGES",
        f"ALTER USER root@localhost IDENTIFIED BY '{password}'",
        f"CREATE USER IF NOT EXISTS shuniu@'127.0.0.1' IDENTIFIED BY '{password}'",
        "GRANT ALL PRIVILEGES ON *.* TO shuniu@'127.0.0.1' WITH GRANT OPTION",
    )
    return ";\n".join(statements) + ";\n"


def connect(service: Service, database: str | None = None) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    """An administrator's connection, in `database` if given, committing every statement."""
    return pymysql.connect(
        host=service.host,
        port=service.port,
        user=service.user,
        password=service.password,
        database=database or service.database or None,
        charset="utf8mb4",
        connect_timeout=5,
        autocommit=True,
    )


def _answers(service: Service) -> bool:
    try:
        connect(service).close()
    except pymysql.err.OperationalError:
        return False
    return True
