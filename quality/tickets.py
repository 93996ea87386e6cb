"""From a verdict to correction orders: which are opened, measured, closed by themselves, or opened again on relapse.

One ticket per dataset and rule, of the department that provides the data. Only a verdict closes it without a person:
no row may fail any more. In an incremental dataset a row counts until a later delivery brought its key and it passed.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import models
from catalog.actions import tickets
from catalog.contracts import Contract
from catalog.database import open_reader, open_session
from catalog.models import Ticket
from catalog.settings import Settings
from catalog.time_limits import is_overdue
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from quality.marking.judged import view_table
from quality.marking.scan import ROWS, key_sql
from quality.rules.rule import RuleResult, Verdict, literal, moment

Step = str
"""open, measure, close, reopen, or nothing ('')."""


@dataclass
class Followed:
    """Ids of the tickets a verdict opened, measured, closed and opened again."""

    opened: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)


def step_for(state: str | None, *, assessed: int, failing: int, outstanding: Callable[[], int]) -> Step:
    """What becomes of a rule's ticket in `state` (None: there is none) after a verdict. Pure but for `outstanding`.

    A rule that assessed nothing proves nothing: its ticket stays as it is. `outstanding` is asked only for an open
    ticket of a rule that nothing delivered now breaks.
    """
    if not assessed:
        return ""
    if state is None:
        return "open" if failing else ""
    if state == "closed":
        return "reopen" if failing else ""
    return "measure" if failing or outstanding() else "close"


def follow(
    settings: Settings, contract: Contract, verdict: Verdict, *, waived: Collection[str] = (), by: str = "quality"
) -> Followed:
    """Bring the tickets of a dataset up to `verdict`; again with the same, or an older, verdict changes nothing.

    Time limits begin at the verdict. A rule in `waived` opens no ticket while its waiver holds. A rule that could not
    be run is no finding.
    """
    done = Followed()
    if verdict.outcome == "error":
        return done
    with open_reader(settings) as session:
        known = _tickets(session, contract.dataset)
        newest = {one: _judged_at(session, ticket) for one, ticket in known.items()}
    for result in verdict.results:
        ticket = known.get(result.rule_id)
        seen = newest.get(result.rule_id)
        if result.outcome == "error" or (seen is not None and seen >= verdict.judged_at):
            continue
        if result.rule_id in waived and (ticket is None or ticket.state == "closed"):
            continue
        _take(settings, contract, verdict, result, ticket, done, by=by)
    return done


def escalate_overdue(settings: Settings, *, now: datetime, by: str = "clock") -> list[str]:
    """Pass every overdue ticket up, once; returns the ids of those passed up now."""
    with open_session(settings) as session:
        waiting = select(Ticket.ticket_id).where(is_overdue(now), Ticket.escalated_at.is_(None))
        late = list(session.scalars(waiting.order_by(Ticket.due_on, Ticket.ticket_id)))
        for ticket_id in late:
            tickets.escalate(session, ticket_id=ticket_id, by=by, now=now)
    return late


def _take(
    settings: Settings,
    contract: Contract,
    verdict: Verdict,
    result: RuleResult,
    ticket: Ticket | None,
    done: Followed,
    *,
    by: str,
) -> None:
    failing, remaining = result.b - result.a, 0

    def outstanding() -> int:
        nonlocal remaining
        if ticket is not None and contract.mode == "incremental" and contract.keys:
            remaining = _outstanding(settings, contract, result.rule_id, since=ticket.reopened_at or ticket.opened_at)
        return remaining

    step = step_for(ticket.state if ticket else None, assessed=result.b, failing=failing, outstanding=outstanding)
    counted: dict[str, Any] = {"failing": failing or remaining, "verdict_id": verdict.verdict_id}
    told: dict[str, Any] = {"by": by, "now": verdict.judged_at}
    with open_session(settings) as session:
        match step, ticket:
            case "open", None:
                made = tickets.open_finding(
                    session,
                    dataset=contract.dataset,
                    rule_id=result.rule_id,
                    agency=contract.agency,
                    severity=result.severity,
                    title=(result.title_zh, result.title_en),
                    working_days=settings.ticket_working_days,
                    **counted,
                    **told,
                )
                done.opened.append(made.ticket_id)
            case "measure", Ticket(ticket_id=number):
                tickets.measure(session, ticket_id=number, **counted, **told)
                done.measured.append(number)
            case "close", Ticket(ticket_id=number):
                text = "复核通过，自动关闭 / verified by the newest delivery"
                tickets.close(session, ticket_id=number, text=text, **counted, **told)
                done.closed.append(number)
            case "reopen", Ticket(ticket_id=number):
                text, days = "问题再次出现 / the fault is back", settings.ticket_working_days
                tickets.reopen(session, ticket_id=number, text=text, working_days=days, **counted, **told)
                done.reopened.append(number)


def _tickets(session: Session, dataset: str) -> dict[str, Ticket]:
    query = select(Ticket).where(Ticket.dataset == dataset, Ticket.kind == "finding")
    return {ticket.rule_id or "": ticket for ticket in session.scalars(query)}


def _judged_at(session: Session, ticket: Ticket) -> datetime | None:
    verdict = session.get(models.Verdict, ticket.verdict_id) if ticket.verdict_id else None
    return verdict.judged_at if verdict else None


def _outstanding(settings: Settings, contract: Contract, rule_id: str, *, since: datetime) -> int:
    """Keys that broke the rule since then, and whose row in the standard table is of no later delivery."""
    layout = Layout(settings.lake_url)
    found, standard = layout.findings(contract.dataset), layout.standard(contract.dataset)
    if tables.version(found, settings=settings) is None:
        return 0
    with open_reader(settings) as session:
        query = select(models.Verdict.batch_id, models.Verdict.judged_at).where(
            models.Verdict.dataset == contract.dataset, models.Verdict.judged_at >= since
        )
        judged = ", ".join(f"({literal(batch)}, {moment(at)})" for batch, at in session.execute(query))
    broke = (
        f"SELECT key, max(judged_at) AS last FROM {tables.scan(found, settings=settings)} "
        f"WHERE rule = {literal(rule_id)} AND judged_at >= {moment(since)} GROUP BY key"
    )
    with connect(settings) as connection:
        if tables.version(standard, settings=settings) is None:
            (answer,) = connection.execute(f"SELECT count(*) FROM ({broke})").fetchall()
            return int(answer[0])
        view_table(connection, tables.scan(standard, settings=settings))
        mended = (
            f"SELECT {key_sql(contract.keys)} AS key, max(judged.moment) AS last FROM {ROWS} JOIN "
            f"(VALUES {judged}) AS judged(batch, moment) ON judged.batch = _batch GROUP BY ALL"
        )
        (answer,) = connection.execute(
            f"SELECT count(*) FROM ({broke}) AS b LEFT JOIN ({mended}) AS m ON m.key = b.key "
            "WHERE m.last IS NULL OR m.last <= b.last"
        ).fetchall()
        return int(answer[0])
