"""A throw-away Mosquitto with two accounts and a queue that survives a restart, or the broker the environment names."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from demo.services import processes, throwaway
from demo.services.service import Service, named

VARIABLE = "SHUNIU_TEST_MQTT_URL"
USERS = ("mosquitto", "nobody")
WRITER, READER = "shuniu", "shuniu_hub"
# The hub may be away for long and must lose nothing: unlimited queue for its session, persisted on every stop.
SETTINGS = """\
allow_anonymous false
persistence true
autosave_interval 60
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages 1000
set_tcp_nodelay true
connection_messages false
log_dest stderr
log_type error
log_type warning
"""


def find() -> tuple[Path, Path] | None:
    """(mosquitto, mosquitto_passwd), or None."""
    broker = processes.find_binary("mosquitto")
    passwords = processes.find_binary("mosquitto_passwd", [Path("/usr/bin")])
    return (broker, passwords) if broker and passwords else None


def start(folder: Path, environ: Mapping[str, str] | None = None) -> Service | None:
    """The named broker, or one started on `folder` (queues of an earlier start are kept) on a free port.

    None when there is none to be had; raises Unavailable when the binaries are there but the broker does not come up.
    """
    if url := (environ if environ is not None else os.environ).get(VARIABLE, ""):
        return named("mqtt", url, port=1883, variable=VARIABLE)
    binaries = find()
    room = throwaway.prepare(folder, USERS, program="mosquitto", first_signal=signal.SIGTERM) if binaries else None
    if not binaries or not room:
        return None
    broker, passwords = binaries
    reader = (READER, processes.kept_password(room.folder / "reader_password"))
    _write_accounts(passwords, room, reader)
    return throwaway.run(
        room,
        Service("mqtt", "127.0.0.1", 0, WRITER, room.password, reader=reader),
        command=lambda port: [str(broker), "-c", str(_configure(room, port))],
        ready=lambda service: processes.listening(service.port),
        first_signal=signal.SIGTERM,
    )


def _write_accounts(program: Path, room: throwaway.Room, reader: tuple[str, str]) -> None:
    """Two accounts: the departments' gateways publish, the hub may only subscribe."""
    path = room.data / "passwords"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"{WRITER}:{room.password}\n{reader[0]}:{reader[1]}\n", encoding="utf-8")
    subprocess.run([str(program), "-U", str(path)], check=True, capture_output=True)  # hashes them in place
    rights = f"user {WRITER}\ntopic readwrite #\n\nuser {reader[0]}\ntopic read #\n"
    (room.data / "rights").write_text(rights, encoding="utf-8")


def _configure(room: throwaway.Room, port: int) -> Path:
    path = room.data / "mosquitto.conf"
    places = f"persistence_location {room.data}/\npassword_file {room.data / 'passwords'}\n"
    places += f"acl_file {room.data / 'rights'}\nlistener {port} 127.0.0.1\n"
    path.write_text(SETTINGS + places, encoding="utf-8")
    processes.own(room.data, room.user)
    return path
