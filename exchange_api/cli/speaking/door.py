"""What every command needs at the door: the settings, the clock, who acts, and sessions. Read once per command."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange_api.cli.speaking.speech import say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from authorization.permissions import Permission
    from catalog.errors import Unavailable
    from catalog.settings import Settings

Json = Annotated[bool, typer.Option("--json", help=say("以 JSON 输出，供程序读取", "Print JSON for programs"))]


def noun(zh: str, en: str) -> typer.Typer:
    """A group of commands with its help line."""
    return typer.Typer(help=say(zh, en), no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def settings() -> "Settings":
    """The settings from the environment; raises ConfigurationError naming the variable that is wrong."""
    from pydantic import ValidationError

    from catalog.errors import ConfigurationError
    from catalog.settings import Settings

    try:
        return Settings.from_environ()
    except ValidationError as error:
        names = ", ".join(f"SHUNIU_{str(fault['loc'][0]).upper()}" for fault in error.errors() if fault["loc"])
        raise ConfigurationError(
            f"环境变量设置有误：{names}。请按文档改正后重试。",
            f"These environment variables are not valid: {names}. Correct them by the documentation and try again.",
            code="settings_invalid",
            names=names,
        ) from None


def now() -> datetime:
    """The moment of this command."""
    return datetime.now(UTC)


def actor() -> str:
    """Who acts, for events: the operating system's user at this terminal, not whom its environment names."""
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:  # a container's user may have no name
        return f"cli:{os.getuid()}"


@contextmanager
def reading() -> Iterator["Session"]:
    """A session for reading the registry; raises Unavailable with what to do when there is none yet."""
    from catalog.database import open_reader

    given = settings()
    if _file_missing(given.registry_url):  # opening it would make an empty one, and its folder
        raise _unavailable()
    with registry_there(), open_reader(given) as session:
        yield session


@contextmanager
def writing() -> Iterator["Session"]:
    """A unit of work on the registry: all of it is kept, or nothing."""
    from catalog.database import open_session

    with registry_there(), open_session(settings()) as session:
        yield session


def person_may(session: "Session", login: str, permission: "Permission") -> bool:
    """Whether the account is an active person's whose role has `permission`; raises NotFound where there is none.

    For what people decide: a service has the permissions of its role, but its word would be nobody's.
    """
    from authorization.actions import accounts
    from authorization.roles import permissions_of

    account = accounts.find(session, login)
    return account.active and account.kind == "person" and permission in permissions_of(account.roles)


def check_person_may(session: "Session", login: str, permission: "Permission") -> None:
    """Raise NotAllowed unless `person_may`: for what stewards alone decide."""
    from catalog.errors import NotAllowed

    if not person_may(session, login, permission):
        raise NotAllowed(
            f"账号 {login} 无权办理此事，须由数据管理员（steward）办理。",
            f"Account {login} may not do this: a data steward does.",
            code="steward_needed",
            login=login,
        )


@contextmanager
def registry_there() -> Iterator[None]:
    """Say of a registry that is not there, or has no tables yet, what to do, whoever opened it."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    try:
        yield
    except (OperationalError, ProgrammingError):
        raise _unavailable() from None


def _file_missing(registry_url: str) -> bool:
    from sqlalchemy import make_url

    url = make_url(registry_url)
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).is_file()


def _unavailable() -> "Unavailable":
    from catalog.errors import Unavailable

    return Unavailable(
        "登记库打不开，或尚未建表。请检查 SHUNIU_HOME 与 SHUNIU_REGISTRY_URL，然后运行 shuniu migrate。",
        "The registry cannot be opened, or has no tables yet. Check SHUNIU_HOME and SHUNIU_REGISTRY_URL, then run:"
        " shuniu migrate.",
        code="registry_unavailable",
    )
