"""Filling and running the human-resources department's service (insurance_service.py) as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from demo.services import processes
from demo.services.service import would_not_start
from demo.systems.insurance_service import CLIENT, DATA, FAULTS, Faults
from demo.systems.place import Deliveries

MODULE = "demo.systems.insurance_service"
PID = "server.pid"


@dataclass(frozen=True)
class Running:
    """The service while it runs: where, and how to end it."""

    url: str
    stop: Callable[[], None]


def fill(folder: Path, deliveries: Deliveries, dataset: str, *, client_id: str, client_secret: str) -> None:
    """Put the delivery and the client's credentials into the service's folder; a file the server can map, not load."""
    schema = deliveries.schema(dataset)
    fresh = folder / f"{DATA}.new"
    with pa.OSFile(str(fresh), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for batch in deliveries.batches(dataset):
            writer.write_batch(batch)
    os.replace(fresh, folder / DATA)
    path = folder / CLIENT
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"client_id": client_id, "client_secret": client_secret}), encoding="utf-8")


def run(folder: Path) -> Running:
    """Start the service on a free port of 127.0.0.1; raises Unavailable when it does not come up."""
    processes.end_remembered(folder / PID, first_signal=signal.SIGTERM)
    log = folder / "server.log"
    for _ in range(3):  # the free port may be taken between asking and binding
        port = processes.free_port()
        argv = [sys.executable, "-m", MODULE, str(folder), str(port)]
        server = processes.launch(argv, log=log, cwd=Path(__file__).parents[2])
        processes.remember(folder / PID, server)
        stop = _stopping(server, folder / PID)
        if processes.wait_until(_asking(port), server):
            return Running(f"http://127.0.0.1:{port}", stop)
        stop()
    raise would_not_start(MODULE, str(log))


def set_faults(folder: Path, **faults: Any) -> None:
    """Switch on exactly these Faults of a running service (none given: all off)."""
    Faults(**faults)
    fresh = folder / f"{FAULTS}.new"
    fresh.write_text(json.dumps(faults), encoding="utf-8")
    os.replace(fresh, folder / FAULTS)


def _asking(port: int) -> Callable[[], bool]:
    return lambda: processes.listening(port)


def _stopping(server: subprocess.Popen[bytes], remembered: Path) -> Callable[[], None]:
    def stop() -> None:
        processes.end_tree(server.pid, first_signal=signal.SIGTERM)
        server.wait()
        remembered.unlink(missing_ok=True)

    return stop
