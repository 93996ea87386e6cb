"""How often one account may look for a number nobody has: often enough for slips of the pen, too seldom for guessing.

A page shows numbers and telephones with digits hidden; whoever tried them all would learn the rest. Counted in the
registry, over every API process and terminal and whatever restarts. What was found is not counted, for whoever found
it held it in hand.
"""

from datetime import datetime
from typing import Final

from authorization.models import FindMiss
from catalog.database import open_session
from catalog.errors import QuotaExceeded
from catalog.settings import Settings
from catalog.time_limits import local_day

MOST_MISSES: Final = 10
"""Look-ups of one account on one day that may find nobody."""


class Guesses:
    """Look-ups that found nobody, by account. Safe to share between threads and processes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def begin(self, account: str, now: datetime) -> None:
        """A look-up begins and counts as a miss until it is a `hit`; raises QuotaExceeded when there were too many."""
        day = local_day(now)
        with open_session(self._settings) as session:
            kept = session.get(FindMiss, account, with_for_update=True)
            if kept is None:
                session.add(FindMiss(account=account, day=day, misses=1))
                return
            if kept.day < day:
                kept.day, kept.misses = day, 0
            if kept.misses >= MOST_MISSES:
                raise QuotaExceeded(
                    f"该账号今天已有 {MOST_MISSES} 次查找没有结果，请明天再查。急需时请联系大数据局的数据管理员。",
                    f"This account looked {MOST_MISSES} times today for somebody who is not there. Look again tomorrow;"
                    " if the work cannot wait, ask the data steward of the data bureau.",
                    code="find_too_often",
                )
            kept.misses += 1

    def hit(self, account: str, now: datetime) -> None:
        """The look-up begun at `now` was no guess."""
        with open_session(self._settings) as session:
            kept = session.get(FindMiss, account, with_for_update=True)
            if kept is not None and kept.day == local_day(now) and kept.misses > 0:
                kept.misses -= 1
