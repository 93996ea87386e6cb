"""Feed uses back: sealed audit records → usage tables → one signed statement per provider, by every road it has."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from catalog.actions import runs, systems
from catalog.database import open_reader
from catalog.errors import HubError
from catalog.models import System
from catalog.settings import Settings
from dags.steps.outcome import raise_if_failed
from lake.feedback import statements as feedback
from lake.feedback import usage


def feed_back(settings: Settings, *, clock: Callable[[], datetime]) -> dict[str, list[str]]:
    """Report every provider's uses since its last statement. Returns provider → roads the statement went by.

    A statement that could not be delivered is tried again by the next run; the others arrive. Raises BatchHeld then.
    """
    with runs.step(settings, stage="feedback", dataset="usage", agency="bureau", clock=clock) as step:
        step.rows = usage.refresh(settings, now=clock())
    targets = _targets(settings)
    delivered: dict[str, list[str]] = {}
    failed: dict[str, str] = {}
    for report in feedback.reports(settings, now=clock()):
        try:
            delivered[report.provider] = _deliver(settings, report, targets.get(report.provider, []), clock)
        except HubError as error:  # one department's road that is down keeps no other from its statement
            failed[report.provider] = error.sentence(settings.language)
    raise_if_failed(failed)
    return delivered


def _deliver(
    settings: Settings, report: feedback.Report, roads: list[dict[str, Any]], clock: Callable[[], datetime]
) -> list[str]:
    name = f"usage_{report.provider}"
    with runs.step(settings, stage="feedback", dataset=name, agency=report.provider, clock=clock) as step:
        step.rows = report.rows
        return feedback.deliver(settings, report=report, targets=roads, now=clock())


def _targets(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Where each department wants its statements: its own table or a drop folder, with the account for it."""
    found: dict[str, list[dict[str, Any]]] = {}
    with open_reader(settings) as session:
        for code in session.scalars(select(System.code).order_by(System.code)):
            spec = systems.opened(session, settings=settings, code=code)
            wanted = spec.options.get("feedback")
            if isinstance(wanted, dict):
                account = {
                    "user": spec.secret.get("feedback_user", ""),
                    "password": spec.secret.get("feedback_password", ""),
                }
                found.setdefault(spec.agency, []).append({**wanted, **account})
    return found
