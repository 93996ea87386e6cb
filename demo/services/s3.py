"""A throw-away S3 server (SeaweedFS, whose one program comes as a wheel), or the store the environment names.

A real store: signatures are checked, and it refuses a second writer of the same object, by which the lake commits.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pyarrow import fs

from demo.services import processes, throwaway
from demo.services.service import Service, named

VARIABLE = "SHUNIU_TEST_S3_URL"
KEY = "shuniu"
QUIET = ("-admin.ui=false", "-webdav=false", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0")
SERVERS = ("master", "volume", "filer", "admin")
PORTS = ("s3.port.grpc", *(f"{name}.port{kind}" for name in SERVERS for kind in ("", ".grpc")))


def find() -> Path | None:
    """The program `weed`, beside our own Python or on PATH, or None."""
    return processes.find_binary("weed", [Path(sys.executable).parent])


def start(folder: Path, environ: Mapping[str, str] | None = None) -> Service | None:
    """The named store (s3://key:secret@host:port, plain HTTP), or one started on `folder`, on free ports.

    None when there is none to be had; raises Unavailable when the program is there but does not come up.
    """
    if url := (environ if environ is not None else os.environ).get(VARIABLE, ""):
        return named("s3", url, port=80, variable=VARIABLE)
    program = find()
    if not program:
        return None
    folder = folder.resolve()
    processes.own(folder / "data", "")
    room = throwaway.Room(folder, "", [], processes.kept_password(folder / "password"))
    processes.end_leftover(room.data, "weed", first_signal=signal.SIGINT)
    accounts = room.hand_over("accounts.json", json.dumps(_accounts(room.password)))
    ports: list[int] = []
    service = throwaway.run(
        room,
        Service("s3", "127.0.0.1", 0, KEY, room.password, prefix="shuniu-demo-"),
        command=lambda port: [str(program), "-logtostderr=true", *_arguments(room, accounts, port, ports)],
        ready=_answers,
        first_signal=signal.SIGINT,
    )
    return replace(service, _stop=_stopping(service, ports))


def store(service: Service) -> fs.S3FileSystem:
    """The store as its administrator has it: may make buckets."""
    return fs.S3FileSystem(
        access_key=service.user,
        secret_key=service.password,
        region="us-east-1",
        endpoint_override=f"http://{service.host}:{service.port}",
        allow_bucket_creation=True,
        allow_bucket_deletion=True,
        connect_timeout=5,
        request_timeout=10,
    )


def _arguments(room: throwaway.Room, accounts: Path, port: int, ports: list[int]) -> list[str]:
    places = ["mini", f"-dir={room.data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={port}"]
    places += [f"-s3.config={accounts}", f"-filer.localSocket={room.data}/filer.sock"]
    places += [f"-s3.localSocket={room.data}/s3.sock", "-volume.max=64", "-master.volumeSizeLimitMB=64"]
    ports[:] = [processes.free_port() for _ in PORTS]
    return [*places, *(f"-{name}={other}" for name, other in zip(PORTS, ports, strict=True)), *QUIET]


def _stopping(service: Service, ports: list[int]) -> Callable[[], None]:
    def stop() -> None:
        service.stop()
        for port in ports:  # it leaves two of its sockets behind, in a place that cannot be told to it
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108
                socket.unlink(missing_ok=True)

    return stop


def _accounts(secret: str) -> dict[str, object]:
    login = {"accessKey": KEY, "secretKey": secret}
    return {"identities": [{"name": KEY, "credentials": [login], "actions": ["Admin", "Read", "List", "Write"]}]}


def _answers(service: Service) -> bool:
    if not processes.listening(service.port):
        return False
    try:
        store(service).get_file_info(fs.FileSelector("/"))
    except OSError:
        return False
    return True
