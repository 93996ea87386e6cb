"""A delivery to the standards, night after night: one batch, and one ticket while it cannot be used."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catalog.actions import systems, tickets
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.errors import ContractBroken, HubError
from catalog.models import Batch, RunStep, Ticket, TicketNote
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.department import load
from dags.steps.watch import escalate_tickets
from lake import tables
from lake.layout import Layout
from lake.loading import ingest
from tests.factories.deliveries import NOW, a_registry_with
from tests.unit.dags.test_lineage_events import CONTRACT

GOOD = "编号,姓名\n1,张\n"
BROKEN = "编号,名字\n1,张\n"
OF_ANOTHER_FRAME = CONTRACT + "  - {property: crs, value: MOON}\n"
"""Rows of such a contract are taken, and standardising refuses them."""


@pytest.fixture
def hub(settings: Settings, tmp_path: Path) -> Settings:
    settings.contracts_dir.mkdir(parents=True)
    agree(settings, CONTRACT)
    a_registry_with(settings, load_contract(settings.contracts_dir / "civil_person.odcs.yaml"))
    (tmp_path / "in").mkdir()
    spec = SystemSpec("civil_files", "civil", "files", str(tmp_path / "in"))
    with open_session(settings) as session:
        systems.register(session, settings=settings, spec=spec, by="test", now=NOW)
    deliver(tmp_path, GOOD)
    return settings


def agree(settings: Settings, text: str) -> None:
    (settings.contracts_dir / "civil_person.odcs.yaml").write_text(text, encoding="utf-8")


def deliver(tmp_path: Path, text: str) -> None:
    (tmp_path / "in" / "a.csv").write_text(text, encoding="utf-8")


def night(hub: Settings, number: int) -> str:
    """One night's load; the code of what went wrong, '' where nothing did."""
    try:
        load(hub, "civil_person", clock=lambda: moment(number))
    except HubError as error:
        return error.code
    return ""


def moment(number: int) -> datetime:
    return NOW + timedelta(days=number)


def of_batches(hub: Settings) -> list[tuple[str, int]]:
    with open_session(hub) as session:
        return [(batch.status, batch.rows) for batch in session.query(Batch).order_by(Batch.collected_at)]


def the_ticket(hub: Settings) -> Ticket:
    with open_session(hub) as session:
        (ticket,) = session.query(Ticket)
        return ticket


def of_notes(hub: Settings) -> list[str]:
    with open_session(hub) as session:
        return [note.kind for note in session.query(TicketNote).order_by(TicketNote.note_id)]


def test_a_delivery_that_standardising_refuses_is_one_batch_and_one_ticket_that_is_passed_up(hub: Settings) -> None:
    agree(hub, OF_ANOTHER_FRAME)
    assert night(hub, 0) == "frame_unknown"
    due = the_ticket(hub).due_on
    assert [night(hub, number) for number in (1, 2)] == ["frame_unknown"] * 2
    assert of_batches(hub) == [("held", 1)]
    assert tables.rows(Layout(hub.lake_url).raw("civil_person"), settings=hub) == 1
    ticket = the_ticket(hub)
    assert (ticket.state, ticket.reopened, ticket.due_on) == ("open", 0, due)
    assert escalate_tickets(hub, now=moment(30)) == [ticket.ticket_id]
    assert night(hub, 31) == "frame_unknown"
    assert of_notes(hub) == ["opened", "escalated"]


def test_a_held_delivery_is_used_as_soon_as_it_can_be_and_its_ticket_is_closed(
    hub: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("dags.steps.department.standardise", _refused)
        assert [night(hub, number) for number in (0, 1)] == ["frame_unknown"] * 2
    assert night(hub, 2) == ""
    assert of_batches(hub) == [("standardised", 1)]
    with open_session(hub) as session:
        assert session.query(Batch).one().message_zh == "", "why it was held is past"
    assert (the_ticket(hub).state, of_notes(hub)) == ("closed", ["opened", "closed"])


def _refused(*_args: object) -> None:
    raise ContractBroken("坐标系未知。请修订契约。", "The frame is unknown. Revise the contract.", code="frame_unknown")


def test_what_was_good_before_put_back_closes_the_ticket_and_a_relapse_opens_it_again(
    hub: Settings, tmp_path: Path
) -> None:
    assert night(hub, 0) == ""
    deliver(tmp_path, BROKEN)
    assert night(hub, 1) == "column_lost"
    deliver(tmp_path, GOOD)
    assert night(hub, 2) == ""
    assert the_ticket(hub).state == "closed"
    deliver(tmp_path, BROKEN)
    assert [night(hub, number) for number in (3, 4)] == ["column_lost"] * 2
    assert (the_ticket(hub).state, the_ticket(hub).reopened) == ("open", 1)
    assert of_batches(hub) == [("standardised", 1), ("held", 0)]


def test_a_ticket_closed_by_a_person_is_opened_again_by_the_same_fault(hub: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, BROKEN)
    assert night(hub, 0) == "column_lost"
    with open_session(hub) as session:
        tickets.close(session, ticket_id="civil_person-1", text="改好了", by="clerk", now=moment(0))
    assert night(hub, 1) == "column_lost"
    assert of_notes(hub) == ["opened", "closed", "reopened"]
    assert of_batches(hub) == [("held", 0)]


def test_a_batch_that_a_broken_run_left_collected_is_brought_to_the_standards_with_the_next(
    hub: Settings, tmp_path: Path
) -> None:
    contract = load_contract(hub.contracts_dir / "civil_person.odcs.yaml")
    with open_session(hub) as session:
        spec = systems.opened(session, settings=hub, code="civil_files")
    ingest.collect(hub, contract, spec, now=moment(0), by="test")
    deliver(tmp_path, GOOD + "2,李\n")
    assert night(hub, 1) == ""
    assert of_batches(hub) == [("standardised", 1), ("standardised", 2)]


def test_a_file_without_a_row_is_loaded_and_told_on_the_step_with_its_name(hub: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "编号,姓名\n")
    assert night(hub, 0) == ""
    assert of_batches(hub) == [("standardised", 0)]
    with open_session(hub) as session:
        collected = session.query(RunStep).filter(RunStep.stage == "collect").one()
        assert (collected.ok, collected.code) == (True, "delivery_without_rows")
        assert "文件 a.csv 中没有一行数据" in collected.message_zh
        assert "delivered a.csv" in collected.message_en
    deliver(tmp_path, GOOD)
    assert night(hub, 1) == ""
    with open_session(hub) as session:
        assert [step.code for step in session.query(RunStep).filter(RunStep.stage == "collect")][1:] == [""]


def test_lines_with_too_few_or_too_many_cells_are_told_on_the_step_by_their_numbers(
    hub: Settings, tmp_path: Path
) -> None:
    deliver(tmp_path, GOOD + "2\n3,李,多\n4,王\n")
    assert night(hub, 0) == ""
    assert of_batches(hub) == [("standardised", 2)]
    with open_session(hub) as session:
        collected = session.query(RunStep).filter(RunStep.stage == "collect").one()
        assert (collected.ok, collected.code, collected.rows) == (True, "lines_kept_aside", 2)
        assert collected.message_zh.startswith(
            "交付的文件中有 2 行不能收入：a.csv 第 3 行（1 格，应为 2 格）、a.csv 第 4 行（3 格，应为 2 格）。"
        )
        assert "in: 2: a.csv line 3 (cells: 1 instead of 2), a.csv line 4 (cells: 3" in collected.message_en
        assert "李" not in collected.message_zh + collected.message_en


def test_of_many_lines_kept_aside_the_first_five_are_told_and_how_many_there_are(hub: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, GOOD + "2\n" * 9)
    assert night(hub, 0) == ""
    with open_session(hub) as session:
        collected = session.query(RunStep).filter(RunStep.stage == "collect").one()
        assert "有 9 行不能收入" in collected.message_zh
        assert "第 7 行（1 格，应为 2 格） 等。" in collected.message_zh
        assert "第 8 行" not in collected.message_zh
