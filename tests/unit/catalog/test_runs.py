"""A step is on record however it ends: with its sentence when it failed, never with the text of a stranger's error."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from catalog.actions import agencies, runs
from catalog.database import open_reader, open_session
from catalog.errors import SourceUnreachable
from catalog.models import Agency, Event, RunStep
from catalog.settings import Settings


@pytest.fixture
def clock(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def steps(settings: Settings) -> list[RunStep]:
    with open_reader(settings) as session:
        return list(session.scalars(select(RunStep)))


def run_step(settings: Settings, clock: Callable[[], datetime], work: Callable[[runs.Step], None]) -> None:
    with runs.step(settings, stage="collect", dataset="police_person", agency="police", clock=clock) as step:
        work(step)


def fail_with(error: BaseException) -> Callable[[runs.Step], None]:
    def work(step: runs.Step) -> None:
        step.rows = 7
        raise error

    return work


def test_a_step_that_went_well_tells_when_how_long_and_how_many_rows(
    registry: Settings, clock: Callable[[], datetime]
) -> None:
    def work(step: runs.Step) -> None:
        step.rows, step.batch = 20_000, "b-1"

    run_step(registry, clock, work)
    (stored,) = steps(registry)
    assert (stored.stage, stored.dataset, stored.agency) == ("collect", "police_person", "police")
    assert (stored.rows, stored.batch, stored.ok, stored.code) == (20_000, "b-1", True, "")
    assert stored.started_at == clock()
    assert stored.seconds >= 0
    assert stored.peak_mib > 10, "the process has some memory"


def test_a_step_that_failed_keeps_its_sentence_and_raises_it_again(
    registry: Settings, clock: Callable[[], datetime]
) -> None:
    error = SourceUnreachable("系统无应答。", "The system does not answer.", code="source_unreachable")
    with pytest.raises(SourceUnreachable) as caught:
        run_step(registry, clock, fail_with(error))
    assert caught.value is error
    (stored,) = steps(registry)
    assert (stored.ok, stored.code, stored.rows) == (False, "source_unreachable", 7)
    assert (stored.message_zh, stored.message_en) == ("系统无应答。", "The system does not answer.")


def test_the_text_of_an_unforeseen_error_is_not_stored(registry: Settings, clock: Callable[[], datetime]) -> None:
    with pytest.raises(ValueError, match="370683"):
        run_step(registry, clock, fail_with(ValueError("could not convert '370683199001014514'")))
    (stored,) = steps(registry)
    assert (stored.ok, stored.code) == (False, "internal_error")
    assert "370683" not in stored.message_zh + stored.message_en
    assert "police_person" in stored.message_en


def test_a_step_that_was_interrupted_is_on_record_as_failed(registry: Settings, clock: Callable[[], datetime]) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_step(registry, clock, fail_with(KeyboardInterrupt()))
    assert [stored.ok for stored in steps(registry)] == [False]


def test_a_failed_step_is_on_record_although_its_work_is_undone(
    registry: Settings, clock: Callable[[], datetime], now: datetime
) -> None:
    def work(step: runs.Step) -> None:
        with open_session(registry) as session:
            agencies.register(session, code="police", name_zh="公安局", name_en="Police", by="t", now=now)
            raise SourceUnreachable("无", "none", code="source_unreachable")

    with pytest.raises(SourceUnreachable):
        run_step(registry, clock, work)
    with open_reader(registry) as session:
        assert session.scalars(select(Agency)).all() == []
        assert session.scalars(select(Event)).all() == []
    assert [stored.ok for stored in steps(registry)] == [False]
