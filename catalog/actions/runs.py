"""What each step of the way did, whether it went well or not. A step's record is its own event."""

import errno
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from catalog.database import open_session
from catalog.errors import HubError, Unavailable
from catalog.models import RunStep
from catalog.settings import Settings


@dataclass(frozen=True)
class Note:
    """What a step that went well has to tell: no error, so it has neither a status nor an exit code."""

    zh: str
    en: str
    code: str


@dataclass
class Step:
    """Filled in by the block that `step` surrounds. `note`: what a step that went well left undone or found."""

    rows: int = 0
    batch: str | None = None
    note: HubError | Note | None = None


def record_step(
    settings: Settings,
    *,
    stage: str,
    dataset: str,
    agency: str,
    started: datetime,
    seconds: float,
    cpu_seconds: float,
    rows: int,
    peak_mib: int,
    ok: bool,
    code: str = "",
    message_zh: str = "",
    message_en: str = "",
    batch: str | None = None,
) -> None:
    """Store one step in a transaction of its own, so that a failed step is on record although its work is undone."""
    row = RunStep(
        stage=stage,
        dataset=dataset,
        agency=agency,
        batch=batch,
        started_at=started,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        rows=rows,
        peak_mib=peak_mib,
        ok=ok,
        code=code,
        message_zh=message_zh,
        message_en=message_en,
    )
    with open_session(settings) as session:
        session.add(row)


@contextmanager
def step(settings: Settings, *, stage: str, dataset: str, agency: str, clock: Callable[[], datetime]) -> Iterator[Step]:
    """Time the block and store how it ended. Errors are stored with their sentence and raised again.

    seconds are on the wall, cpu_seconds of all threads and ended children: steps running side by side share the wall,
    not the processor. peak_mib is the process's peak so far (getrusage): a step in a process of its own shows its own.
    """
    started, begun, burnt, done = clock(), time.perf_counter(), _cpu_seconds(), Step()
    failure: HubError | None = None
    try:
        yield done
    except HubError as error:
        failure = error
        raise
    except BaseException as error:
        failure = _sentence(error, stage=stage, dataset=dataset)
        raise
    finally:
        told = failure or done.note
        record_step(
            settings,
            stage=stage,
            dataset=dataset,
            agency=agency,
            started=started,
            seconds=time.perf_counter() - begun,
            cpu_seconds=_cpu_seconds() - burnt,
            rows=done.rows,
            peak_mib=peak_mib(),
            ok=failure is None,
            code=told.code if told else "",
            message_zh=told.zh if told else "",
            message_en=told.en if told else "",
            batch=done.batch,
        )


def _sentence(error: BaseException, *, stage: str, dataset: str) -> HubError:
    """What a person reads of an error whose own text must not leave the house."""
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space left on device" in str(error):
        return Unavailable(
            f"磁盘已满，步骤 {stage}（{dataset}）没有完成，已发布的数据不受影响。请清理磁盘后重新运行。",
            f"The disk is full: step {stage} ({dataset}) did not finish; what is published is not affected."
            " Make room and run it again.",
            code="disk_full",
        )
    return HubError(
        f"步骤 {stage}（{dataset}）因内部错误中断，详情见任务日志。已发布的数据不受影响，可以重新运行。",
        f"Step {stage} ({dataset}) stopped on an internal error; the task's log has the details."
        " What is published is not affected, and the step can be run again.",
        code="internal_error",
    )


def peak_mib() -> int:
    """Peak resident memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _cpu_seconds() -> float:
    """Processor time of this process, its threads and its ended children so far, seconds."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
