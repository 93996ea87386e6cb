"""Daily quotas of grants over all API processes, never exceeded, at the price of a registry write now and then.

A process reserves a block (a twentieth of the quota, at least what it needs) and serves from it. What it reserved and
did not use when it ends is lost for the day: rather too few than too many.
"""

import threading
from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from authorization.models import GrantUse
from authorization.policy import Grant
from catalog.database import open_session
from catalog.errors import InvalidInput, QuotaExceeded
from catalog.settings import Settings

SHARES = 20


@dataclass
class _Left:
    calls: int = 0
    rows: int = 0


class Quotas:
    """What one process has reserved. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._left: dict[tuple[str, date], _Left] = {}

    def take(self, grant: Grant, *, day: date, rows: int, whole: bool = False) -> int:
        """Use one call and up to `rows` rows of today's quota; the rows that may be given (less near the end).

        whole: all of them or, with nothing used, InvalidInput. Raises QuotaExceeded when no call or no row is left.
        Grants without quotas cost nothing here.
        """
        if grant.calls_per_day is None and grant.rows_per_day is None:
            return rows
        with self._lock:
            left = self._left.setdefault((grant.code, day), _Left())
            self._forget_before(day)
            calls_short = grant.calls_per_day is not None and left.calls < 1
            rows_short = grant.rows_per_day is not None and left.rows < rows
            if calls_short or rows_short:
                self._reserve(grant, day, rows, left)
            given = rows if grant.rows_per_day is None else min(rows, left.rows)
            if (grant.calls_per_day is not None and left.calls < 1) or (rows > 0 and given < 1):
                raise _exceeded(grant)
            if whole and given < rows:
                raise _too_few(grant)
            left.calls -= 1
            left.rows -= given
            return given

    def give_back(self, grant: Grant, *, day: date, rows: int) -> None:
        """Return rows that were taken and not needed: never more than `take` gave, or the quota grows by them."""
        if grant.rows_per_day is None or rows <= 0:
            return
        with self._lock:
            if (grant.code, day) in self._left:
                self._left[(grant.code, day)].rows += rows

    def _forget_before(self, day: date) -> None:
        for key in [key for key in self._left if key[1] < day]:
            del self._left[key]

    def _reserve(self, grant: Grant, day: date, rows: int, left: _Left) -> None:
        # Not in turn with all writers: a read must not wait for them. The row itself is locked.
        with open_session(self._settings, free=True) as session:
            used = _used(session, grant.code, day)
            calls = _block(grant.calls_per_day, used.calls, 1) if left.calls < 1 else 0
            more = _block(grant.rows_per_day, used.rows, rows - left.rows) if left.rows < rows else 0
            used.calls += calls
            used.rows += more
        left.calls += calls
        left.rows += more


def _used(session: Session, grant: str, day: date) -> GrantUse:
    """The row of `grant` and `day`, locked; made where there was none, whoever else makes it at the same moment."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(GrantUse).values(grant=grant, day=day, calls=0, rows=0).on_conflict_do_nothing())
    return session.get_one(GrantUse, (grant, day), with_for_update=True)


def _block(quota: int | None, used: int, wanted: int) -> int:
    """How much to reserve of a quota: a share of it, at least what is wanted, at most what is left."""
    if quota is None:
        return 0
    return max(0, min(quota - used, max(wanted, quota // SHARES)))


def _exceeded(grant: Grant) -> QuotaExceeded:
    return QuotaExceeded(
        f"授权 {grant.code} 今日的调用次数或行数已用完，请明日再试或申请提高限额。",
        f"Today's calls or rows of grant {grant.code} are used up. Try tomorrow, or apply for a higher quota.",
        code="quota_exceeded",
        grant=grant.code,
    )


def _too_few(grant: Grant) -> InvalidInput:
    return InvalidInput(
        "今日可读行数不足以提供整张表。请明日再试，或用 records 接口分页读取。",
        "The rows left for today do not suffice for the whole table. Try tomorrow, or read pages by the records API.",
        code="rows_left_too_few",
        grant=grant.code,
    )
