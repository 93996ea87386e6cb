"""Starting and ending the servers' processes: as which user, on which port, and clean to the last child."""

import contextlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psutil

GRACE_SECONDS = 12.0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_binary(name: str, folders: Iterable[Path] = ()) -> Path | None:
    """The program `name` in `folders`, on PATH, or in the places where Debian keeps servers; None if nowhere."""
    for folder in (*folders, Path("/usr/sbin"), Path("/usr/local/sbin")):
        if os.access(folder / name, os.X_OK):
            return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


def kept_password(path: Path) -> str:
    """The password kept in `path` (mode 0600), generated the first time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text().strip()


def server_user(candidates: Sequence[str]) -> str | None:
    """The first of `candidates` that the machine knows, for servers that refuse to run as root.

    The empty string stands for "as we are" when we are not root; None means that no such user exists.
    """
    if os.geteuid() != 0:
        return ""
    for name in candidates:
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    return None


def own(folder: Path, user: str) -> None:
    """Make `folder` (mode 0700) and give it and what is in it to `user`."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if user:
        entry = pwd.getpwnam(user)
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, entry.pw_uid, entry.pw_gid)


def as_user(user: str, folder: Path) -> list[str] | None:
    """The words to put before a command so that it runs as `user` and reaches `folder`; None where that cannot be.

    A home under /root or in pytest's own folder is closed to the server's user: there the process keeps the one
    capability that lets it pass (CAP_DAC_READ_SEARCH; containers often grant only CAP_DAC_OVERRIDE), nothing else.
    """
    if not user:
        return []
    setpriv = find_binary("setpriv", [Path("/usr/bin"), Path("/bin")])
    if not setpriv:
        return None
    entry = pwd.getpwnam(user)
    plain = [str(setpriv), f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    for prefix in (plain, _passing(plain, "dac_read_search"), _passing(plain, "dac_override")):
        if _succeeds([*prefix, "test", "-w", str(folder)]):
            return prefix
    return None


def _passing(plain: list[str], capability: str) -> list[str]:
    # no_setuid_fixup: else access(2), by which MariaDB decides what it may write, leaves capabilities out of account.
    ambient = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}", "--securebits=+no_setuid_fixup"]
    return [*plain, *ambient]


def _succeeds(argv: list[str]) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def launch(argv: Sequence[str], *, log: Path, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own (Ctrl-C in the terminal does not reach it), output to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            list(argv), stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd, start_new_session=True
        )


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], *, seconds: float = 60.0) -> bool:
    """True as soon as `ready()`; False when the process ended or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def listening(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end_tree(pid: int, *, first_signal: int) -> None:
    """End process `pid` and its children: `first_signal` to the parent, and to whoever is left after a grace, kill."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        parent.send_signal(first_signal)
    except psutil.NoSuchProcess:
        return
    _, alive = psutil.wait_procs(family, timeout=GRACE_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=GRACE_SECONDS)


def end_leftover(folder: Path, program: str, *, first_signal: int) -> None:
    """End a server that an interrupted run left behind on `folder`, known by its program and its data folder."""
    for process in psutil.process_iter(["pid", "cmdline"]):
        words = process.info["cmdline"] or []
        if any(Path(word).name == program for word in words) and any(_names(word, folder) for word in words):
            end_tree(process.info["pid"], first_signal=first_signal)


def remember(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Write down which process runs, for programs that change their command line so that nobody knows them again."""
    path.write_text(json.dumps({"pid": process.pid, "since": psutil.Process(process.pid).create_time()}))


def end_remembered(path: Path, *, first_signal: int) -> None:
    """End the process `path` remembers, if it is still that one and not another under the same number."""
    try:
        known = json.loads(path.read_text())
        same = psutil.Process(known["pid"]).create_time() == known["since"]
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        same = False
    if same:
        end_tree(known["pid"], first_signal=first_signal)
    path.unlink(missing_ok=True)


def _names(word: str, folder: Path) -> bool:
    """Whether a word of a command line is `folder`, or something in it (`--datadir=/x`, `/x/mosquitto.conf`)."""
    path = Path(word.rpartition("=")[2])
    return path == folder or folder in path.parents
