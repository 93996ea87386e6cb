"""Throw-away SFTP servers: a small one that is always to be had (it comes with our own SSH library), and OpenSSH's.

The small one knows passwords and keys, under the account `gateway`. OpenSSH's, when the machine has its sshd, knows the
key alone and the account the tests run under: a password would need an account of the machine.
"""

import getpass
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import asyncssh

from demo.services import processes, throwaway
from demo.services.service import Service

USER = "gateway"
SEPARATED = Path("/run/sshd")
SETTINGS = """\
ListenAddress 127.0.0.1
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


def find_openssh() -> Path | None:
    """OpenSSH's sshd, or None."""
    return processes.find_binary("sshd")


def start(folder: Path, environ: Mapping[str, str] | None = None) -> Service | None:
    """The small server over `folder`/data/files, which clients see as `/`."""
    room, keys = _prepared(folder)
    program = Path(__file__).with_name("sftp_server.py")
    # -P: what lies beside the program must not be taken for a library of the same name.
    return throwaway.run(
        room,
        Service("sftp", "127.0.0.1", 0, USER, room.password, keys=keys),
        command=lambda port: [sys.executable, "-P", str(program), str(room.folder), str(port), USER],
        ready=lambda service: processes.listening(service.port),
        first_signal=signal.SIGTERM,
    )


def start_openssh(folder: Path, environ: Mapping[str, str] | None = None) -> Service | None:
    """OpenSSH's server with a throw-away key; clients see the machine's own paths. None without sshd."""
    program = find_openssh()
    if not program:
        return None
    room, keys = _prepared(folder)
    if os.geteuid() == 0:
        SEPARATED.mkdir(mode=0o755, exist_ok=True)  # what Debian's own start script does
    config = room.folder / "sshd_config"
    places = f"HostKey {room.folder / 'host_key'}\nAuthorizedKeysFile {room.folder / 'authorized_keys'}\n"
    config.write_text(SETTINGS + places, encoding="utf-8")
    return throwaway.run(
        room,
        Service("sftp", "127.0.0.1", 0, getpass.getuser(), "", keys=keys),
        command=lambda port: [str(program), "-D", "-e", "-f", str(config), "-p", str(port)],
        ready=lambda service: processes.listening(service.port),
        first_signal=signal.SIGTERM,
    )


def _prepared(folder: Path) -> tuple[throwaway.Room, dict[str, str]]:
    """The server's folder with new keys for server and client; the keys as texts."""
    folder = folder.resolve()
    processes.own(folder / "data" / "files", "")
    room = throwaway.Room(folder, "", [], processes.kept_password(folder / "password"))
    host, client = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    for name, text in (
        ("host_key", host.export_private_key()),
        ("authorized_keys", client.export_public_key()),
    ):
        (folder / name).write_bytes(text)
        (folder / name).chmod(0o600)
    return room, {
        "host_key": host.export_public_key().decode().strip(),
        "private_key": client.export_private_key().decode(),
    }
