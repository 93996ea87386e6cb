"""The clocks of correction orders: the day one is due, how long is left, whether it is overdue. In working days.

Nothing is written here. Both forms of "overdue" - of one ticket, and as a condition for a query - are the same rule.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_

from catalog.models import Ticket
from catalog.working_days import COUNTY_TIME, add_working_days, official, working_days_between


def due(now: datetime, working_days: int) -> date:
    """The last day of a period of that many working days that begins at `now`, by the county's calendar day."""
    return add_working_days(local_day(now), working_days, official())


def working_days_left(ticket: Ticket, now: datetime) -> int | None:
    """Working days until it is due; negative when some have passed since; None when its clock has stopped."""
    return working_days_between(local_day(now), ticket.due_on, official()) if _running(ticket) else None


def overdue(ticket: Ticket, now: datetime) -> bool:
    """Has its time limit run out? An answer stops the clock of a correction; only corrected data that of a finding."""
    return _running(ticket) and local_day(now) > ticket.due_on


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """`overdue` as a condition on Ticket."""
    answered_finding = and_(Ticket.state == "answered", Ticket.kind == "finding")
    return and_(or_(Ticket.state == "open", answered_finding), Ticket.due_on < local_day(now))


def _running(ticket: Ticket) -> bool:
    return ticket.state == "open" or (ticket.state == "answered" and ticket.kind == "finding")


def local_day(now: datetime) -> date:
    """The day it is in China at that moment."""
    return now.astimezone(COUNTY_TIME).date()
