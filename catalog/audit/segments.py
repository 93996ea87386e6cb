"""Files of one node's log: `00000001.jsonl` with records, `00000001.seal` beside it, `lock` held by the writer.

A seal is one signed JSON line and is replaced whole. Of an open segment it covers a prefix, of a closed one all of it.
Each closed segment's seal is named, by digest, in the next one's: a segment cannot be taken out of the middle.
"""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

SUFFIX = ".jsonl"


@dataclass(frozen=True)
class NodeFolder:
    """One node's folder under the audit folder; the folder's name is the node's name in every record."""

    path: Path

    @property
    def node(self) -> str:
        """Name of the node."""
        return self.path.name

    @property
    def algorithm(self) -> str:
        """Digest the folder is chained with: it is part of the name, so that a folder never changes it half-way."""
        return "sm3" if "-sm3-" in self.node else "sha256"

    def segments(self) -> list[int]:
        """Numbers of the segments that are there, ascending."""
        names = (entry.name for entry in self.path.glob(f"*{SUFFIX}"))
        return sorted(int(name.removesuffix(SUFFIX)) for name in names if name.removesuffix(SUFFIX).isdigit())

    def segment(self, number: int) -> Path:
        """File of segment `number`."""
        return self.path / f"{number:08d}{SUFFIX}"

    def seal_path(self, number: int) -> Path:
        """File of the seal of segment `number`."""
        return self.path / f"{number:08d}.seal"

    def seal(self, number: int) -> dict[str, Any] | None:
        """The seal of segment `number`, None when there is none; raises ValueError when it is not JSON."""
        try:
            raw = self.seal_path(number).read_bytes()
        except FileNotFoundError:
            return None
        parsed = orjson.loads(raw)
        if not isinstance(parsed, dict):
            raise ValueError("not a seal")
        return parsed

    def write_seal(self, number: int, seal: dict[str, Any]) -> None:
        """Replace the seal of segment `number`, whole or not at all, durable on return."""
        target = self.seal_path(number)
        fresh = target.with_suffix(".seal.new")
        with fresh.open("wb") as stream:
            stream.write(orjson.dumps(seal, option=orjson.OPT_SORT_KEYS) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(target)
        self.sync()

    def sync(self) -> None:
        """Make names in the folder durable."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def lock(self) -> int | None:
        """Take the folder for this process; None when another one writes here. The kernel lets go for a killed one."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o750)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor


def slot_folder(audit_dir: Path, *, node: str, slot: int, algorithm: str) -> NodeFolder:
    """Folder of one writing process of `node`: `<node>-<slot>`, with `-sm3` between for trails chained with SM3."""
    middle = "" if algorithm == "sha256" else f"-{algorithm}"
    return NodeFolder(audit_dir / f"{node}{middle}-{slot:02d}")


def node_folders(audit_dir: Path) -> list[NodeFolder]:
    """All nodes' folders under `audit_dir`, by name; none when nothing was ever recorded."""
    if not audit_dir.is_dir():
        return []
    return [NodeFolder(entry) for entry in sorted(audit_dir.iterdir()) if entry.is_dir()]


def lines(path: Path) -> Iterator[bytes]:
    """Complete lines of a segment without their newline. A torn last line was never answered for and is left out."""
    with path.open("rb") as stream:
        for raw in stream:
            if raw.endswith(b"\n"):
                yield raw[:-1]


def complete_length(path: Path) -> int:
    """Bytes up to and with the last newline."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        position, chunk = size, 65536
        while position > 0:
            start = max(0, position - chunk)
            stream.seek(start)
            found = stream.read(position - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            position = start
    return 0
