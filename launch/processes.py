"""Start and stop processes of the hub: each with a log file and a pid file, each stopped with all its children.

A pid file names the process's start time too, so that a leftover of an interrupted run is ended, and nobody else's
process that happens to have the number now.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from catalog.errors import ConfigurationError

GRACE_SECONDS = 12.0


@dataclass(frozen=True)
class Child:
    """A process we started. `log` holds what it printed."""

    name: str
    pid: int
    log: Path
    pid_file: Path

    def alive(self) -> bool:
        """Whether it still runs."""
        return _find(self.pid_file) is not None

    def stop(self) -> None:
        """End it and all its children: ask, wait, then insist."""
        process = _find(self.pid_file)
        if process is not None:
            end_tree(process)
        self.pid_file.unlink(missing_ok=True)


def start(name: str, command: Sequence[str], *, env: Mapping[str, str], run_dir: Path, log_dir: Path) -> Child:
    """Start `command` in a session of its own; log: `<log_dir>/<name>.log`, pid: `<run_dir>/<name>.json`."""
    run_dir.mkdir(parents=True, exist_ok=True)
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            env=dict(env),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    pid_file = run_dir / f"{name}.json"
    born = psutil.Process(process.pid).create_time()
    pid_file.write_text(json.dumps({"pid": process.pid, "born": born}))
    return Child(name, process.pid, log, pid_file)


def run(name: str, command: Sequence[str], *, env: Mapping[str, str], log_dir: Path, timeout: float) -> None:
    """Run `command` to its end; raises ConfigurationError naming the log when it fails."""
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"{name}.log"
    with log.open("ab") as output:
        code = subprocess.call(
            list(command), env=dict(env), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            timeout=timeout,
        )  # fmt: skip
    if code != 0:
        raise failed(name, log)


def failed(name: str, log: Path) -> ConfigurationError:
    """The error for a child that did not do its work, naming where to look."""
    return ConfigurationError(
        f"{name} 没有正常运行，原因见日志 {log}。改正后请重新运行。",
        f"{name} did not run as it should; the reason stands in {log}. Mend it and run again.",
        code="process_failed",
        process=name,
    )


def sweep(run_dir: Path) -> list[str]:
    """End what an interrupted run left behind, by its pid files. Returns the names of what was still running."""
    ended = []
    for pid_file in sorted(run_dir.glob("*.json")):
        process = _find(pid_file)
        if process is not None:
            end_tree(process)
            ended.append(pid_file.stem)
        pid_file.unlink(missing_ok=True)
    return ended


def end_tree(process: psutil.Process) -> None:
    """SIGTERM to a process and its children, SIGKILL to what is left after GRACE_SECONDS."""
    try:
        members = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in members:
        _signal(member, signal.SIGTERM)
    _, alive = psutil.wait_procs(members, timeout=GRACE_SECONDS)
    for member in alive:
        _signal(member, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=GRACE_SECONDS)


def tree_memory_mib(process: psutil.Process) -> int:
    """PSS of a process and all its children, MiB; 0 for what has ended meanwhile."""
    total = 0
    try:
        members = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in members:
        try:
            total += member.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total // 2**20


def wait_for(what: str, ready: object, *, child: Child, timeout: float) -> None:
    """Call `ready()` until it is true; raises ConfigurationError when `child` dies or `timeout` seconds pass."""
    assert callable(ready)
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if ready():
            return
        if not child.alive():
            break
        time.sleep(0.25)
    raise failed(what, child.log)


def _find(pid_file: Path) -> psutil.Process | None:
    try:
        noted = json.loads(pid_file.read_text())
        process = psutil.Process(int(noted["pid"]))
        if abs(process.create_time() - noted["born"]) > 1 or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
