"""The shape of the machine numbers were measured on: cores, memory, processor. Never its name, nor its places."""

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Machine:
    """`cores` this process may use; `memory_gib` of the machine or of the container's limit."""

    cores: int
    memory_gib: float
    cpu: str
    python: str

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside measurements."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.cores} cores ({self.cpu}), {self.memory_gib:g} GiB memory, Python {self.python}"


def this_machine(*, cpuinfo: Path = Path("/proc/cpuinfo"), cgroup: Path = Path("/sys/fs/cgroup")) -> Machine:
    """The machine this runs on, as far as the kernel tells."""
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(_memory(cgroup) / 2**30, 1),
        cpu=_cpu(cpuinfo),
        python=platform.python_version(),
    )


def _cpu(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next((name for name in named if name), platform.machine())


def _memory(cgroup: Path) -> int:
    """Bytes: the least of what the machine has and what the container may use."""
    try:
        limit = (cgroup / "memory.max").read_text(encoding="ascii").strip()
    except OSError:
        limit = "max"
    whole = int(psutil.virtual_memory().total)
    return min(whole, int(limit)) if limit.isdigit() else whole
