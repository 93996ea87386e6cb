"""Time and memory of the demo's own stages, and the progress a person sees while they run."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psutil
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from launch.processes import tree_memory_mib

SAMPLE_SECONDS = 1.0


@dataclass
class Stage:
    """One stage as summary.json shows it: seconds of wall time, rows it moved, peak MiB of all our processes."""

    name: str
    seconds: float = 0.0
    rows: int = 0
    peak_mib: int = 0
    ok: bool = False

    def as_json(self) -> dict[str, Any]:
        """As in summary.json."""
        return {**asdict(self), "seconds": round(self.seconds, 2)}


class Watch:
    """Runs stages one after another: times them, samples memory of this process and its children, draws progress."""

    def __init__(self, *, total: int, language: str, console: Console | None = None) -> None:
        self.stages: list[Stage] = []
        self.language = language
        self.console = console or Console(stderr=True)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._whole = self.progress.add_task("数纽演示城市" if language == "zh" else "Shuniu demo city", total=total)

    @contextmanager
    def stage(self, name: str, zh: str, en: str, *, total: int | None = None) -> Iterator["Running"]:
        """A stage `name`; the block sets `.rows` and calls `.advance()`."""
        title = zh if self.language == "zh" else en
        task = self.progress.add_task(f"  {title}", total=total)
        if not self.console.is_terminal:  # bars would come all at once at the end: say where we are, line by line
            self.console.print(f"{title} …")
        stage, begun = Stage(name), time.perf_counter()
        self.stages.append(stage)
        sampler = _Sampler()
        sampler.start()
        try:
            yield Running(stage, self.progress, task)
            stage.ok = True
        finally:
            stage.seconds = time.perf_counter() - begun
            stage.peak_mib = sampler.stop()
            done = self.progress.tasks[task].total or 1
            self.progress.update(task, total=done, completed=done)
            self.progress.advance(self._whole)
            if not self.console.is_terminal:
                self.console.print(f"{title}: {stage.seconds:.0f} s")

    @property
    def peak_mib(self) -> int:
        """The highest memory of all stages, MiB."""
        return max((stage.peak_mib for stage in self.stages), default=0)


@dataclass
class Running:
    """A stage under way."""

    stage: Stage
    progress: Progress
    task: Any

    def show(self, *, done: int, total: int | None = None) -> None:
        """Draw how far the stage is."""
        self.progress.update(self.task, completed=done, total=total)

    def count(self, rows: int) -> None:
        """Add to the rows this stage moved."""
        self.stage.rows += rows


class _Sampler(threading.Thread):
    """Samples the memory (PSS) of this process and all its children."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()
        self._peak = 0

    def run(self) -> None:
        """Sample until stopped."""
        me = psutil.Process()
        while True:
            self._peak = max(self._peak, tree_memory_mib(me))
            if self._over.wait(SAMPLE_SECONDS):
                return

    def stop(self) -> int:
        """End, and return the peak in MiB."""
        self._over.set()
        self.join(timeout=10)
        return self._peak
