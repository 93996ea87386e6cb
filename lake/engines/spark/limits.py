"""A time limit on what runs on Spark, for SQL that somebody else has written; on DuckDB it is engines/limits.py."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lake.engines.limits import TooSlow

_AGAIN = 0.2  # seconds; a query starts one job after the other, and only those that run can be cancelled


@contextmanager
def limited(session: SparkSession, seconds: float) -> Iterator[None]:
    """Cancel the jobs this thread has started on Spark after `seconds` (0: never) and raise TooSlow.

    Jobs of other threads go on, and `session` stays usable.
    """
    if not seconds:
        yield
        return
    context, tag = session.sparkContext, f"limited-{uuid4().hex}"
    done, over = threading.Event(), threading.Event()

    def end() -> None:
        if done.wait(seconds):
            return
        over.set()
        while not done.wait(_AGAIN):
            context.cancelJobsWithTag(tag)

    context.addJobTag(tag)
    context.setInterruptOnCancel(True)
    watch = threading.Thread(target=end, daemon=True)
    watch.start()
    try:
        yield
    except (PySparkException, Py4JError):
        if over.is_set():
            raise TooSlow from None
        raise
    finally:
        done.set()
        watch.join()
        context.setInterruptOnCancel(False)
        context.removeJobTag(tag)
