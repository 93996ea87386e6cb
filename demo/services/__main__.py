"""A throw-away server for trying things out: `python -m demo.services postgresql FOLDER`, until Ctrl-C.

FOLDER/env then holds where it is, as shell variables: DEPARTMENT, and DEPARTMENT_URL with its administrator's login.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from demo.services.service import Service
from demo.services.start import STARTS


def main() -> int:
    """Start the server named, say where it is, and stop it with this program."""
    asked = argparse.ArgumentParser(prog="python -m demo.services", description=__doc__)
    asked.add_argument("kind", choices=sorted(STARTS))
    asked.add_argument("folder", type=Path)
    given = asked.parse_args()
    service = STARTS[given.kind](given.folder.resolve() / "server", {})
    if service is None:
        sys.stderr.write(
            f"没有 {given.kind} 的程序，请先安装。 / Install {given.kind} first: its programs are not here.\n"
        )
        return 1
    try:
        _tell(given.folder / "env", service)
        sys.stdout.write(f"{service.location} 正在运行，Ctrl-C 停止。 / is running; Ctrl-C stops it.\n")
        sys.stdout.flush()
        _wait()
    finally:
        service.stop()
        (given.folder / "env").unlink(missing_ok=True)
    return 0


def _tell(path: Path, service: Service) -> None:
    text = f"export DEPARTMENT_URL={service.url}\nexport DEPARTMENT={service.location}\n"
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    fresh.replace(path)


def _wait() -> None:
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_given: ended.set())
    ended.wait()


if __name__ == "__main__":
    sys.exit(main())
