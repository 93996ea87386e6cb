"""How often one account may look for a number nobody has: often enough for slips of the pen, too seldom for guessing.

A page shows numbers and telephones with digits hidden; whoever tried them all would learn the rest. Counted in memory:
several API processes count each for itself. What was found is not counted, for whoever found it held it in hand.
"""

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from catalog.errors import QuotaExceeded

MOST_MISSES: Final = 100
"""Look-ups of one account within WINDOW that may find nobody."""
WINDOW: Final = timedelta(days=1)


class Guesses:
    """Look-ups of one process that found nobody, by account. Safe to share between threads."""

    def __init__(self) -> None:
        self._moments: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def begin(self, account: str, now: datetime) -> None:
        """A look-up begins and counts as a miss until it is a `hit`; raises QuotaExceeded when there were too many."""
        with self._lock:
            moments = self._moments.setdefault(account, deque())
            while moments and now - moments[0] >= WINDOW:
                moments.popleft()
            if len(moments) >= MOST_MISSES:
                raise QuotaExceeded(
                    f"该账号一天内已有 {MOST_MISSES} 次查找没有结果，请过一天再查。急需时请联系大数据局的数据管理员。",
                    f"This account looked {MOST_MISSES} times within a day for somebody who is not there. Look again in"
                    " a day; if the work cannot wait, ask the data steward of the data bureau.",
                    code="find_too_often",
                )
            moments.append(now)

    def hit(self, account: str, now: datetime) -> None:
        """The look-up begun at `now` found somebody: it was no guess."""
        with self._lock:
            if now in (moments := self._moments.get(account, deque())):
                moments.remove(now)
