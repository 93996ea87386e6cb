"""What every route of one API process shares: settings, keys, trail, access, quotas, clock. Made once, at the door."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from authorization.access import Access, Caller
from authorization.keys import Keys, keys_of
from authorization.quotas import Quotas
from catalog.audit.trail import Trail
from catalog.settings import Settings
from exchange_api.facts import Facts
from exchange_api.guessing import Guesses
from lake.reading.pages import Pages

RECORD_SECONDS: Final = 30


def utc_now() -> datetime:
    """The clock of the door."""
    return datetime.now(UTC)


@dataclass
class Hub:
    """One API process. `open` before the first request, `close` after the last."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    keys: Keys = field(init=False, repr=False)
    access: Access = field(init=False)
    quotas: Quotas = field(init=False)
    facts: Facts = field(init=False)
    pages: Pages = field(init=False)
    guesses: Guesses = field(init=False)
    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _trail: Trail | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _second: int = 0
    _seen: dict[tuple[str, ...], Future[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare what needs no thread and no lock file."""
        self.keys = keys_of(self.settings)
        self.access = Access(self.settings)
        self.quotas = Quotas(self.settings)
        self.facts = Facts(self.settings)
        self.pages = Pages(self.settings)
        self.guesses = Guesses(self.settings)

    @property
    def trail(self) -> Trail:
        """The audit trail of this process, opened on first use: no answer can be given without it."""
        with self._lock:
            if self._trail is None:
                self._trail = Trail(self.settings)
            return self._trail

    def record(self, caller: Caller, *, at: datetime | None = None, decision: str = "allowed", **fields: Any) -> int:
        """One durable record of what `caller` was given or refused; its sequence number. `at` None: now.

        fields: the others of catalog.audit.record.FIELDS. Raises Unavailable: then nothing may be answered.
        """
        return self.trail.record(
            at=at or self.clock(),
            actor=caller.token_id or caller.login,
            account=caller.login,
            agency=caller.agency,
            decision=decision,
            **fields,
        )

    def record_once_a_second(self, what: tuple[str, ...], **fields: Any) -> int:
        """Record `fields` unless `what` was recorded in the current second (one process, for thinning file fetches).

        Whoever comes second waits for the first one's record to be durable. Its sequence number; raises Unavailable to
        all of them when it cannot be made durable.
        """
        trail, second = self.trail, int(self.clock().timestamp())
        with self._lock:
            if second != self._second:
                self._second, self._seen = second, {}
            if what not in self._seen:
                self._seen[what] = trail.submit(**fields)
            recorded = self._seen[what]
        return recorded.result(timeout=RECORD_SECONDS)

    def close(self) -> None:
        """Seal the trail and let its folder go."""
        with self._lock:
            if self._trail is not None:
                self._trail.close()
                self._trail = None
