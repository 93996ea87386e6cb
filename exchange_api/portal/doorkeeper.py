"""Who may try a password now, and whether it is right. Nothing here writes to the registry, nothing holds its lock.

Failures are counted in memory by login and address: whoever guesses shuts out themselves, not the login's owner.
Several API processes count each for itself, so N processes allow N times the tries.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from fastapi import Request

from authorization.credentials import password_holds
from authorization.models import Account
from catalog.database import open_reader
from catalog.errors import QuotaExceeded
from catalog.settings import Settings

MOST_FAILURES: Final = 5
"""Wrong passwords for one login from one address within WINDOW, after which that address is not heard for it."""
ATTACKED: Final = 50
"""Wrong passwords for one login from anywhere within WINDOW, after which every address has one try for it, not five."""
WINDOW: Final = timedelta(minutes=15)
MOST_REMEMBERED: Final = 20_000
AT_ONCE: Final = 2  # Argon2 takes a processor and 19 MiB for each
MOST_WAITING: Final = 8  # each holds one of the threads every other page needs
LONGEST_WAIT: Final = 2.0  # seconds


class Failures:
    """Moments of recent failures by key; forgets the oldest keys rather than grow without end. Not thread-safe."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._moments: OrderedDict[tuple[str, ...], list[datetime]] = OrderedDict()

    def count(self, key: tuple[str, ...], now: datetime) -> int:
        """How many failures `key` has within WINDOW before `now`."""
        return sum(now - moment < WINDOW for moment in self._moments.get(key, ()))

    def add(self, key: tuple[str, ...], now: datetime) -> None:
        """One more; of each key no more moments are kept than decide anything."""
        self._moments[key] = [*self._moments.pop(key, []), now][-ATTACKED:]
        if len(self._moments) > self._most:
            self._moments.popitem(last=False)

    def take_back(self, key: tuple[str, ...], now: datetime) -> None:
        """The try counted at `now` was none."""
        if now in self._moments.get(key, ()):
            self._moments[key].remove(now)

    def forget(self, key: tuple[str, ...]) -> None:
        """`key` starts anew."""
        self._moments.pop(key, None)


class Doorkeeper:
    """Tries passwords for one process. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failures = Failures()
        self._lock = threading.Lock()
        self._hashing = threading.BoundedSemaphore(AT_ONCE)
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)

    def admits(self, *, login: str, password: str, address: str, now: datetime) -> bool:
        """Whether this is the password of the active account `login`, and `address` may still be heard for it.

        Raises QuotaExceeded when too many passwords are being tried at once.
        """
        with self._turn():
            if not self._heard(login, address, now):
                return False
            with open_reader(self._settings) as session:
                account = session.get(Account, login)
                stored = account.password_hash if account is not None and account.active else None
            held = password_holds(password, stored)
        if held:
            with self._lock:
                self._failures.forget((login, address))
                self._failures.take_back((login,), now)
        return held

    def _heard(self, login: str, address: str, now: datetime) -> bool:
        # Counted before the password is looked at, so that tries made at once cannot all be the first.
        with self._lock:
            attacked = self._failures.count((login,), now) >= ATTACKED
            if self._failures.count((login, address), now) >= (1 if attacked else MOST_FAILURES):
                return False
            self._failures.add((login, address), now)
            self._failures.add((login,), now)
            return True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise _busy()
        try:
            if not self._hashing.acquire(timeout=LONGEST_WAIT):
                raise _busy()
            try:
                yield
            finally:
                self._hashing.release()
        finally:
            self._waiting.release()


def address_of(request: Request, settings: Settings) -> str:
    """Where a request comes from. X-Forwarded-For is believed from `trusted_proxies` alone, from its end."""
    peer = request.client.host if request.client else ""
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while hops and _trusted(peer, settings.trusted_proxies):
        peer = hops.pop()
    return peer


def _trusted(address: str, proxies: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(part.strip()) for part in proxies.split(",") if part.strip())


def _busy() -> QuotaExceeded:
    return QuotaExceeded(
        "登录的人太多，请稍等几秒再试。",
        "Too many people are signing in at once. Please try again in a few seconds.",
        code="sign_in_busy",
    )
