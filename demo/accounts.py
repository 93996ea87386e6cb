"""One account per role, the housing department's grant, and the files that hold their tokens (mode 0600)."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from authorization.actions import accounts, grants
from catalog.settings import Settings
from exchange_api.routes.delta_sharing import profile

BY = "demo"
SHARE = "topic_housing_support"
PURPOSE = "housing_support"
TOKEN_DAYS = 90


@dataclass(frozen=True)
class Login:
    """An account as accounts.json shows it. `password` is empty for programs, which use tokens only."""

    role: str
    login: str
    agency: str
    kind: str
    name_zh: str
    name_en: str
    password: str = ""
    token: str = ""


LOGINS = (
    Login("steward", "steward", "bureau", "person", "数据管理员", "Data steward"),
    Login("publisher", "police_clerk", "police", "person", "公安局数据专员", "Police data clerk"),
    Login("publisher", "civil_clerk", "civil", "person", "民政局数据专员", "Civil affairs data clerk"),
    Login("consumer", "housing_service", "housing", "service", "住建局业务系统", "Housing department's program"),
    Login("consumer", "housing_clerk", "housing", "person", "住建局经办人", "Housing department's clerk"),
    Login("consumer", "stranger", "stats", "service", "未获授权的程序", "A program without a grant"),
    Login("system_admin", "system_admin", "bureau", "person", "系统管理员", "System administrator"),
    Login("security_admin", "security_admin", "bureau", "person", "安全管理员", "Security administrator"),
    Login("audit_admin", "audit_admin", "bureau", "person", "审计管理员", "Audit administrator"),
    Login("pipeline", "pipeline", "bureau", "service", "调度流水线", "Pipeline"),
)
GRANTED_ITEMS = ("person_id", "name", "resident_id", "birth_date", "address", "division_code", "monthly_amount")
MASKS = {
    "name": "name",
    "resident_id": "resident_id_strict",
    "birth_date": "year_of_date",
    "address": "address",
    "monthly_amount": "band:500",
}


def create_all(session: Session, *, now: datetime) -> list[Login]:
    """Make every account with a fresh password and token. Returns them with both, to be written once."""
    made = []
    for login in LOGINS:
        # Chance alone gives one password in 28 too few kinds of signs: the ends see to it.
        password = f"Sn-{secrets.token_urlsafe(12)}-7" if login.kind == "person" else ""
        accounts.create(
            session,
            login=login.login,
            agency=login.agency,
            kind=login.kind,
            roles=[login.role],
            name_zh=login.name_zh,
            name_en=login.name_en,
            password=password or None,
            by=BY,
            now=now,
        )
        token = accounts.issue_token(session, login=login.login, label="demo", days=TOKEN_DAYS, by=BY, now=now)
        made.append(Login(**{**asdict(login), "password": password, "token": token}))
    return made


def grant_housing(session: Session, *, now: datetime) -> str:
    """Give housing the people on subsistence allowance who are alive, masked, for one purpose and a year. Its code."""
    grants.issue(
        session,
        code="housing_support_2026",
        agency="housing",
        dataset=SHARE,
        items=GRANTED_ITEMS,
        purpose=PURPOSE,
        legal_basis="《公共租赁住房管理办法》第七条；《政务数据共享条例》第二十条",
        valid_from=now - timedelta(minutes=1),
        valid_until=now + timedelta(days=365),
        surfaces=("records", "delta_sharing"),
        row_filter={"item": "alive", "op": "eq", "value": "true"},
        masks=MASKS,
        calls_per_day=10_000,
        rows_per_day=5_000_000,
        by=BY,
        now=now,
    )
    return "housing_support_2026"


def write(settings: Settings, made: list[Login], *, granted: set[str]) -> Path:
    """Write accounts.json, and one Delta Sharing profile `<agency>.share` per recipient with a grant."""
    folder = settings.home / "demo"
    path = folder / "accounts.json"
    _write_private(path, [asdict(login) for login in made])
    for login in made:
        if login.kind == "service" and login.agency in granted:
            _write_private(folder / f"{login.agency}.share", profile(settings, login.login, login.token))
    return path


def read(settings: Settings) -> dict[str, Login]:
    """The accounts of the finished city, by login."""
    entries = json.loads((settings.home / "demo" / "accounts.json").read_text(encoding="utf-8"))
    return {entry["login"]: Login(**entry) for entry in entries}


def _write_private(path: Path, content: object) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=2)
        stream.write("\n")
