"""One demo city built from nothing, in a home and on ports of its own: `python -m demo run`, timed from outside."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.origin import Origin, commit, origin_of, this_run
from catalog.errors import Unavailable
from demo.plan import Plan


def build(folder: Path, name: str, **asked: int) -> tuple[float, dict[str, Any]]:
    """Seconds on the wall and the summary of the city asked for (residents, seed); the home is removed afterwards.

    Raises Unavailable if a step did not work; then the home stays, with its logs.
    """
    home = folder / name
    shutil.rmtree(home, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    ports = {"SHUNIU_API_PORT": _free_port(), "SHUNIU_AIRFLOW_PORT": _free_port()}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}  # noqa: TID251
    environ |= {"SHUNIU_HOME": str(home)} | {name: str(port) for name, port in ports.items()}
    options = [text for option, value in asked.items() for text in (f"--{option}", str(value))]
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "demo", "run", *options], env=environ, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode != 0:
        raise Unavailable(
            f"演示城市（{name}）没有走通，无法衡量。日志在 {home / 'logs'}。",
            f"The demo city {name} did not work, so nothing is measured. Its logs are in {home / 'logs'}.",
            code="bench_run_failed",
        )
    summary: dict[str, Any] = json.loads((home / "demo" / "summary.json").read_text(encoding="utf-8"))
    shutil.rmtree(home, ignore_errors=True)
    return seconds, summary


def kept(folder: Path, name: str, *, residents: int, seed: int) -> dict[str, Any]:
    """The summary of a city, run once for each commit of the code; kept as `<name>-<seed>.json` in `folder`.

    One of another plan or another commit is no truth about this code: the city is run again, as it is where the code
    has changes that are not committed. Raises Unavailable as build does.
    """
    path, now, origin = folder / f"{name}-{seed}.json", commit(), this_run()
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if now is not None and found.get("commit") == now and found.get("plan") == Plan(residents, seed).as_json():
        return found
    _, summary = build(folder, f"{name}-{seed}", residents=residents, seed=seed)
    summary |= {"commit": now, "origin": origin.as_json()}
    path.write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")
    return summary


def origins(summaries: Iterable[Mapping[str, Any]]) -> list[Origin]:
    """Where kept cities come from, each origin once."""
    return list(dict.fromkeys(origin_of(summary.get("origin")) for summary in summaries))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
