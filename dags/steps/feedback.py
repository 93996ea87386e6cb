"""Feed uses back: sealed audit records → usage tables → one signed statement per provider, by every road it has."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from catalog.actions import runs, systems
from catalog.database import open_reader
from catalog.models import System
from catalog.settings import Settings
from lake import feedback, usage


def feed_back(settings: Settings, *, clock: Callable[[], datetime]) -> dict[str, list[str]]:
    """Report every provider's uses since its last statement. Returns provider → roads the statement went by."""
    with runs.step(settings, stage="feedback", dataset="usage", agency="bureau", clock=clock) as step:
        step.rows = usage.refresh(settings, now=clock())
    targets = _targets(settings)
    delivered: dict[str, list[str]] = {}
    for report in feedback.reports(settings, now=clock()):
        with runs.step(
            settings, stage="feedback", dataset=f"usage_{report.provider}", agency=report.provider, clock=clock
        ) as step:
            step.rows = report.rows
            roads = targets.get(report.provider, [])
            delivered[report.provider] = feedback.deliver(settings, report=report, targets=roads, now=clock())
    return delivered


def _targets(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Where each department wants its statements: its own table or a drop folder, with the account for it."""
    found: dict[str, list[dict[str, Any]]] = {}
    with open_reader(settings) as session:
        for code in session.scalars(select(System.code).order_by(System.code)):
            spec = systems.opened(session, settings=settings, code=code)
            wanted = spec.options.get("feedback")
            if wanted:
                account = {
                    "user": spec.secret.get("feedback_user", ""),
                    "password": spec.secret.get("feedback_password", ""),
                }
                found.setdefault(spec.agency, []).append({**wanted, **account})
    return found
