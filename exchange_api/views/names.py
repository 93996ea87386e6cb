"""Names of agencies and datasets in both languages, fetched once per page."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from authorization.models import Account
from catalog.models import Agency, Dataset
from catalog.standards.code_lists import code_list, code_list_en, code_list_names
from catalog.standards.elements import elements

Pair = tuple[str, str]
"""(Chinese, English)."""


def agencies(session: Session) -> dict[str, Pair]:
    """Every agency's name by code, in code order."""
    rows = session.execute(select(Agency.code, Agency.name_zh, Agency.name_en).order_by(Agency.code))
    return {code: (zh, en) for code, zh, en in rows}


def datasets(session: Session) -> dict[str, Pair]:
    """Every dataset's title by code."""
    rows = session.execute(select(Dataset.code, Dataset.title_zh, Dataset.title_en))
    return {code: (zh, en) for code, zh, en in rows}


def accounts(session: Session, logins: Iterable[str]) -> dict[str, Pair]:
    """What the people and programs that signed as `logins` are called, by login; programs of the hub are not there."""
    rows = session.execute(
        select(Account.login, Account.name_zh, Account.name_en).where(Account.login.in_(set(logins)))
    )
    return {login: (zh, en) for login, zh, en in rows}


def field(items: dict[str, Pair], name: str) -> Pair:
    """What a field of a base is called: as its item, or else as the data element of that name.

    What is neither is the code of an indicator, whose source is named apart (lake/bases/economy/fields.csv).
    """
    known = elements().get(name)
    indicator = (f"指标 {name}", f"Indicator {name}")
    return items.get(name) or ((known.name_zh, known.name_en) if known else indicator)


def element(code: str) -> Pair:
    """What a data element is called; the code itself where the standards no longer have it."""
    known = elements().get(code)
    return (known.name_zh, known.name_en) if known else (code, code)


def code(code_list_name: str | None, value: str) -> Pair:
    """What a code of a list is called; ('', '') for no list, or what is none of its codes (masked, or wrong)."""
    if not code_list_name or code_list_name not in code_list_names():
        return "", ""
    return code_list(code_list_name).get(value, ""), code_list_en(code_list_name).get(value, "")


def name_of(names: dict[str, Pair], code: str) -> Pair:
    """The name of `code`; the code itself where nobody named it (history outlives registry entries)."""
    return names.get(code, (code, code))


def feedback(agencies: dict[str, Pair], name: str) -> Pair:
    """The title of a feedback step's subject: 'usage', or 'usage_<agency>'; any other name is its own title."""
    if name == "usage":
        return "使用反馈", "Usage feedback"
    agency = name.removeprefix("usage_")
    if agency == name:
        return name, name
    zh, en = name_of(agencies, agency)
    return f"使用反馈 · {zh}", f"Usage feedback · {en}"
