"""Make and shut accounts, begin and end browser sessions, issue and revoke tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from authorization.actions.revisions import advance
from authorization.credentials import hash_password, new_token
from authorization.models import Account, Credential
from authorization.roles import ROLES, SEPARATED
from catalog.actions.events import EventTag, record
from catalog.errors import Conflict, InvalidInput, NotFound
from catalog.identifiers import check_dataset_code
from catalog.models import Agency

LONGEST_TOKEN = 366
SESSION = "session"
"""Kind of the credential that stands for a browser session."""


def create(
    session: Session,
    *,
    login: str,
    agency: str,
    kind: str,
    roles: Sequence[str],
    name_zh: str,
    name_en: str,
    password: str | None = None,
    by: str,
    now: datetime,
) -> Account:
    """Make an account of `agency`. kind: person (with a password) or service (with tokens only).

    Raises InvalidInput for unknown or inseparable roles and weak passwords, Conflict for a login that is taken,
    NotFound for an unknown agency.
    """
    _check_roles(roles)
    if kind not in ("person", "service") or (kind == "person") != (password is not None):
        raise InvalidInput(
            "账号类型为 person（需口令）或 service（不设口令，使用令牌）。",
            "An account is a person (with a password) or a service (without one: it uses tokens).",
            code="account_kind",
        )
    if session.get(Agency, agency) is None:
        raise NotFound(f"没有部门 {agency}。", f"There is no agency {agency}.", code="agency_unknown", agency=agency)
    if session.get(Account, check_dataset_code(login)) is not None:
        raise Conflict(f"账号 {login} 已存在。", f"Account {login} exists already.", code="account_exists", login=login)
    account = Account(
        login=login,
        agency=agency,
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        roles=list(roles),
        password_hash=hash_password(password) if password is not None else None,
        active=True,
        created_at=now,
    )
    session.add(account)
    advance(session)
    details = {"agency": agency, "kind": kind, "roles": list(roles)}
    record(session, tag=EventTag.ACCOUNT_CREATED, subject=login, by=by, now=now, details=details)
    return account


def disable(session: Session, *, login: str, by: str, now: datetime) -> Account:
    """Shut an account: its password, sessions and tokens stop working within 2 seconds, for good. Raises NotFound."""
    account = find(session, login)
    account.active = False
    standing = (Credential.account == login, Credential.revoked_at.is_(None))
    session.execute(update(Credential).where(*standing).values(revoked_at=now))
    advance(session)
    record(session, tag=EventTag.ACCOUNT_DISABLED, subject=login, by=by, now=now)
    return account


def issue_token(session: Session, *, login: str, label: str, days: int, by: str, now: datetime) -> str:
    """Make a token for `login`, valid `days` (1 to 366) days, and return its text: it is shown this once.

    Raises NotFound for an unknown account, InvalidInput for an impossible period.
    """
    account = find(session, login)
    if not 1 <= days <= LONGEST_TOKEN:
        raise InvalidInput(
            f"令牌有效期为 1 到 {LONGEST_TOKEN} 天。",
            f"A token is valid for 1 to {LONGEST_TOKEN} days.",
            code="token_period",
        )
    token = new_token()
    session.add(
        Credential(
            token_id=token.token_id,
            account=account.login,
            kind="token",
            label=label,
            secret_hash=token.secret_hash,
            created_at=now,
            expires_at=now + timedelta(days=days),
            revoked_at=None,
        )
    )
    advance(session)
    details = {"token_id": token.token_id, "days": days}
    record(session, tag=EventTag.ACCOUNT_TOKEN_ISSUED, subject=login, by=by, now=now, details=details)
    return token.text


def revoke_token(session: Session, *, token_id: str, by: str, now: datetime) -> None:
    """End a token: it and the file URLs made with it stop working within 2 seconds. Raises NotFound."""
    credential = session.get(Credential, token_id)
    if credential is None:
        raise NotFound("没有这个令牌。", "There is no such token.", code="token_unknown")
    credential.revoked_at = credential.revoked_at or now
    advance(session)
    details = {"token_id": token_id}
    record(session, tag=EventTag.ACCOUNT_TOKEN_REVOKED, subject=credential.account, by=by, now=now, details=details)


def sign_in(session: Session, *, login: str, lasts: timedelta, by: str, now: datetime) -> str:
    """Begin a browser session of `login` for `lasts` and return its id. Raises NotFound; checks no password.

    It is a credential whose secret nobody is told: it can be named in a signed cookie and revoked, not used as a token.
    """
    account = find(session, login)
    over = (Credential.account == login, Credential.kind == SESSION, Credential.expires_at <= now)
    session.execute(delete(Credential).where(*over))
    begun = new_token()
    session.add(
        Credential(
            token_id=begun.token_id,
            account=account.login,
            kind=SESSION,
            label="",
            secret_hash=begun.secret_hash,
            created_at=now,
            expires_at=now + lasts,
            revoked_at=None,
        )
    )
    record(session, tag=EventTag.ACCOUNT_SIGNED_IN, subject=login, by=by, now=now)
    return begun.token_id


def sign_out(session: Session, *, session_id: str, by: str, now: datetime) -> None:
    """End a browser session: its cookie stops working within 2 seconds, wherever it is. Raises NotFound."""
    credential = session.get(Credential, session_id)
    if credential is None or credential.kind != SESSION:
        raise NotFound("没有这个会话。", "There is no such session.", code="session_unknown")
    credential.revoked_at = credential.revoked_at or now
    advance(session)
    record(session, tag=EventTag.ACCOUNT_SIGNED_OUT, subject=credential.account, by=by, now=now)


def find(session: Session, login: str) -> Account:
    """The account `login`; raises NotFound."""
    account = session.get(Account, login)
    if account is None:
        raise NotFound(
            f"没有账号 {login}。请用 shuniu account list 查看有哪些账号。",
            f"There is no account {login}. See which there are: shuniu account list.",
            code="account_unknown",
            login=login,
        )
    return account


def _check_roles(roles: Sequence[str]) -> None:
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise InvalidInput(
            f"角色不存在。可用角色：{'、'.join(sorted(ROLES))}。",
            f"There is no such role. Roles are {', '.join(sorted(ROLES))}.",
            code="role_unknown",
        )
    if len(SEPARATED & set(roles)) > 1:
        raise InvalidInput(
            "系统管理员、安全管理员、审计管理员三员分立，同一账号只能担任其一。",
            "System, security and audit administrator are separated: one account holds one of the three.",
            code="roles_not_separated",
        )
