"""What the doors ask of the registry: whose token is this, which grants are there? Remembered, never for long.

One number in the registry (AccessRevision) counts every change to accounts, credentials and grants. It is looked at
again at most half a second later, and everything remembered is dropped when it moved: revocation bites within 2 s.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from authorization.credentials import same_secret, split_token
from authorization.models import AccessGrant, AccessRevision, Account, Credential
from authorization.permissions import Permission
from authorization.policy import Grant
from authorization.roles import permissions_of
from catalog.database import open_reader
from catalog.errors import NotAuthenticated
from catalog.settings import Settings

FRESH_SECONDS = 0.5
MOST_REMEMBERED = 20_000

Found = TypeVar("Found")


@dataclass(frozen=True)
class Caller:
    """Somebody who proved who they are. `token_id` is empty for a person in the portal."""

    login: str
    agency: str
    kind: str
    name_zh: str
    name_en: str
    permissions: frozenset[Permission]
    roles: tuple[str, ...] = ()
    token_id: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether a role of theirs holds `permission`."""
        return permission in self.permissions


@dataclass(frozen=True)
class _Token:
    secret_hash: str
    expires_at: datetime
    revoked: bool
    account: str


class Access:
    """Answers of one process. Safe to share between threads."""

    def __init__(self, settings: Settings, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._looked_at = -1e9
        self._revision = -1
        self._remembered: dict[Hashable, Any] = {}

    def caller_with(self, token: str, now: datetime) -> Caller:
        """Whose token this is; raises NotAuthenticated, in the same words whatever is wrong with it."""
        parts = split_token(token)
        if parts is None:
            raise not_authenticated()
        found = self._token(parts[0])
        if found is None or not same_secret(parts[1], found.secret_hash) or found.revoked or now >= found.expires_at:
            raise not_authenticated()
        return self._named(found.account, parts[0])

    def holder(self, token_id: str, now: datetime) -> Caller | None:
        """Whose token that is, by its id alone (as in a signed URL); None when token or account stand no more."""
        found = self._token(token_id)
        if found is None or found.revoked or now >= found.expires_at:
            return None
        return self.caller(found.account)

    def caller(self, login: str) -> Caller | None:
        """The active account `login`, None when there is none."""
        return self._recall(("account", login), lambda session: _caller(session, login))

    def grants(self, *, agency: str, account: str) -> tuple[Grant, ...]:
        """All grants made to `agency` as a whole or to `account`, revoked and expired ones too, by code."""
        return self._recall(("grants", agency, account), lambda session: _grants(session, agency, account))

    def held(self, agency: str) -> tuple[Grant, ...]:
        """All grants made to `agency` or to any of its accounts, revoked and expired ones too, by code."""
        return self._recall(("held", agency), lambda session: _held(session, agency))

    def grant(self, code: str) -> Grant | None:
        """The grant `code`."""
        return self._recall(("grant", code), lambda session: _grant(session.get(AccessGrant, code)))

    def _named(self, login: str, token_id: str) -> Caller:
        caller = self.caller(login)
        if caller is None:
            raise not_authenticated()
        return Caller(**{**caller.__dict__, "token_id": token_id})

    def _token(self, token_id: str) -> _Token | None:
        return self._recall(("token", token_id), lambda session: _token(session, token_id))

    def _recall(self, key: Hashable, fetch: Callable[[Session], Found]) -> Found:
        revision = self._fresh_revision()
        with self._lock:
            if key in self._remembered:
                found: Found = self._remembered[key]
                return found
        with open_reader(self._settings) as session:
            found = fetch(session)
        with self._lock:
            # What was fetched may already be older than a change seen by another thread: then it is not kept.
            if revision == self._revision and found is not None:
                if len(self._remembered) >= MOST_REMEMBERED:
                    self._remembered.clear()
                self._remembered[key] = found
        return found

    def _fresh_revision(self) -> int:
        if self._monotonic() - self._looked_at < FRESH_SECONDS:
            return self._revision
        looked_at = self._monotonic()
        with open_reader(self._settings) as session:
            number = session.scalar(select(AccessRevision.number).where(AccessRevision.revision_id == 1)) or 0
        with self._lock:
            if number != self._revision:
                self._remembered.clear()
                self._revision = number
            self._looked_at = looked_at
        return number


def not_authenticated() -> NotAuthenticated:
    """The one refusal for every credential that does not hold."""
    return NotAuthenticated(
        "身份未通过验证。请在 Authorization 头中提供有效的令牌（Bearer）。",
        "Nobody proved who they are. Give a valid token in the Authorization header (Bearer).",
        code="not_authenticated",
    )


def _caller(session: Session, login: str) -> Caller | None:
    account = session.get(Account, login)
    if account is None or not account.active:
        return None
    return Caller(
        login=account.login,
        agency=account.agency,
        kind=account.kind,
        name_zh=account.name_zh,
        name_en=account.name_en,
        permissions=permissions_of(account.roles),
        roles=tuple(account.roles),
    )


def _token(session: Session, token_id: str) -> _Token | None:
    found = session.get(Credential, token_id)
    if found is None:
        return None
    return _Token(found.secret_hash, found.expires_at, found.revoked_at is not None, found.account)


def _held(session: Session, agency: str) -> tuple[Grant, ...]:
    query = select(AccessGrant).where(AccessGrant.agency == agency)
    found = (_grant(row) for row in session.scalars(query.order_by(AccessGrant.code)))
    return tuple(grant for grant in found if grant is not None)


def _grants(session: Session, agency: str, account: str) -> tuple[Grant, ...]:
    return tuple(grant for grant in _held(session, agency) if grant.account in ("", account))


def _grant(row: AccessGrant | None) -> Grant | None:
    if row is None:
        return None
    return Grant(
        code=row.code,
        agency=row.agency,
        dataset=row.dataset,
        items=tuple(row.items),
        purpose=row.purpose,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        surfaces=frozenset(row.surfaces),
        account=row.account,
        row_filter=row.row_filter or None,
        masks=row.masks or None,
        legal_basis=row.legal_basis,
        calls_per_day=row.calls_per_day,
        rows_per_day=row.rows_per_day,
        revoked=row.revoked_at is not None,
    )
