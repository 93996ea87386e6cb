"""The catalogue as a list: search, filter, page. One entry in depth is in `dataset`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from catalog.models import DataItem, Dataset
from exchange_api.views import latest, names
from exchange_api.views.names import Pair

PAGE_SIZE = 20
SHORT_FOR = {
    "身份证号码": "公民身份号码",
    "身份证号": "公民身份号码",
    "身份证": "公民身份号码",
    "低保": "最低生活保障",
    "社保": "社会保险",
}
"""Words people say → the words of the standards, which titles are written in. The longer before the shorter."""


@dataclass(frozen=True)
class Filter:
    """What to list. Empty text means: all. `page` counts from 1."""

    words: str = ""
    agency: str = ""
    zone: str = ""
    sharing: str = ""
    page: int = 1


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue. `rows`, `version`, `published_at` are None while nothing is published."""

    code: str
    title: Pair
    agency: str
    agency_name: Pair
    zone: str
    sharing: str
    grade: str
    update_cycle: str
    rows: int | None
    version: int | None
    published_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Listing:
    """One page of the catalogue: `total` entries match, on `pages` pages."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: int
    agencies: dict[str, Pair] = field(default_factory=dict)
    zones: tuple[str, ...] = ()


def find(session: Session, wanted: Filter, *, size: int = PAGE_SIZE) -> Listing:
    """The catalogue entries that match `wanted`, by code, `size` to a page. A page beyond the end is the last page."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(Dataset).where(*conditions)) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, wanted.page), pages)
    agencies = names.agencies(session)
    query = _query().where(*conditions).order_by(Dataset.code).limit(size).offset((page - 1) * size)
    entries = tuple(_entry(row, agencies) for row in session.execute(query))
    zones = tuple(session.scalars(select(Dataset.zone).distinct().order_by(Dataset.zone)))
    return Listing(entries, total, page, pages, agencies, zones)


def _query() -> Select[Any]:
    verdict, version = latest.verdicts(), latest.versions()
    return (
        select(Dataset, version.c.rows, version.c.version, version.c.published_at, verdict.c.outcome)
        .outerjoin(version, version.c.dataset == Dataset.code)
        .outerjoin(verdict, verdict.c.dataset == Dataset.code)
    )


def _entry(row: Any, agencies: dict[str, Pair]) -> Entry:
    dataset, rows, version, published_at, outcome = row
    return Entry(
        code=dataset.code,
        title=(dataset.title_zh, dataset.title_en),
        agency=dataset.agency,
        agency_name=names.name_of(agencies, dataset.agency),
        zone=dataset.zone,
        sharing=dataset.sharing,
        grade=dataset.grade,
        update_cycle=dataset.update_cycle,
        rows=rows,
        version=version,
        published_at=published_at,
        outcome=outcome or "none",
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    exact = {Dataset.agency: wanted.agency, Dataset.zone: wanted.zone, Dataset.sharing: wanted.sharing}
    conditions = [column == value for column, value in exact.items() if value]
    return conditions + [_mentions(word) for word in wanted.words.split()]


def _mentions(word: str) -> ColumnElement[bool]:
    """Entries that hold `word`, or what it is short for, in code, title, abstract or an item's name or title."""
    spellings = [word, *(word.replace(short, full) for short, full in SHORT_FOR.items() if short in word)]
    return or_(*(_holds(spelling) for spelling in spellings))


def _holds(word: str) -> ColumnElement[bool]:
    own = (Dataset.code, Dataset.title_zh, Dataset.title_en, Dataset.abstract_zh, Dataset.abstract_en)
    of_item = (DataItem.name, DataItem.title_zh, DataItem.title_en)
    item = select(DataItem.dataset).where(or_(*(column.icontains(word, autoescape=True) for column in of_item)))
    return or_(*(column.icontains(word, autoescape=True) for column in own), Dataset.code.in_(item))
