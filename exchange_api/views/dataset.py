"""One catalogue entry in depth: its items, newest verdict, steps, published versions and where its rows come from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.models import Dataset, DatasetVersion, LineageEdge
from catalog.standards.sharing import called
from exchange_api.views import names, quality, runs
from exchange_api.views.names import Pair

VERSIONS_SHOWN = 10
STEPS_SHOWN = 12


@dataclass(frozen=True)
class ItemLine:
    """One data item as the catalogue describes it."""

    name: str
    title: Pair
    element: str
    element_title: Pair
    kind: str
    source_name: str
    required: bool
    key: bool
    grade: str
    personal: str
    code_list: str | None


@dataclass(frozen=True)
class Version:
    """One published version: `rows` rows, visible since `published_at`."""

    version: int
    rows: int
    published_at: datetime


@dataclass(frozen=True)
class Neighbour:
    """A dataset this one is made from, or that is made from it; `items`: how many item-to-item edges.

    `known`: the catalogue has an entry of it.
    """

    code: str
    title: Pair
    items: int
    known: bool


@dataclass(frozen=True)
class Description:
    """Everything a page or a program may be told about one dataset without reading a row of it.

    direct: those of the providers whose datasets it is made from; the others' data comes through other bases.
    """

    code: str
    title: Pair
    abstract: Pair
    agency: str
    agency_name: Pair
    providers: tuple[Pair, ...]
    direct: tuple[Pair, ...]
    provider_codes: tuple[str, ...]
    system: str | None
    zone: str
    mode: str
    data_format: str
    update_cycle: str
    sharing: str
    sharing_condition: Pair
    sharing_mode: str
    grade: str
    origin: str
    contract_version: str
    registered_at: datetime
    items: tuple[ItemLine, ...]
    versions: tuple[Version, ...]
    judged: quality.Judged | None
    rules: tuple[quality.Rule, ...]
    changes: tuple[quality.Change, ...]
    dimensions: tuple[quality.Tally, ...]
    steps: tuple[runs.Step, ...]
    sources: tuple[Neighbour, ...]
    targets: tuple[Neighbour, ...]

    @property
    def shared_by(self) -> list[Pair]:
        """What the modes it is shared in are called."""
        return [called(mode) for mode in self.sharing_mode.split(",")]


def describe(session: Session, code: str) -> Description:
    """All that is known about dataset `code`; raises NotFound."""
    entry = queries.dataset(session, code)
    agencies = names.agencies(session)
    judged = next(iter(quality.newest(session, dataset=code)), None)
    rules = quality.rules_of(session, judged.verdict_id) if judged else ()
    sources, targets = neighbours(session, code)
    return Description(
        code=entry.code,
        title=(entry.title_zh, entry.title_en),
        abstract=(entry.abstract_zh, entry.abstract_en),
        agency=entry.agency,
        agency_name=names.name_of(agencies, entry.agency),
        providers=tuple(names.name_of(agencies, provider) for provider in entry.providers),
        direct=_direct(session, entry, sources, agencies),
        provider_codes=tuple(entry.providers),
        system=entry.system,
        zone=entry.zone,
        mode=entry.mode,
        data_format=entry.data_format,
        update_cycle=entry.update_cycle,
        sharing=entry.sharing,
        sharing_condition=_pair(entry.sharing_condition),
        sharing_mode=entry.sharing_mode,
        grade=entry.grade,
        origin=entry.origin,
        contract_version=entry.version,
        registered_at=entry.registered_at,
        items=items(session, code),
        versions=versions(session, code),
        judged=judged,
        rules=rules,
        changes=quality.changes_of(session, judged.verdict_id, code) if judged else (),
        dimensions=quality.by_dimension(rules),
        steps=runs.steps(session, dataset=code, size=STEPS_SHOWN).steps,
        sources=sources,
        targets=targets,
    )


def _direct(
    session: Session, entry: Dataset, sources: tuple[Neighbour, ...], agencies: dict[str, Pair]
) -> tuple[Pair, ...]:
    """Providers of the datasets one step away that are no bases; all for what comes from a department's system."""
    codes = [source.code for source in sources]
    query = select(Dataset.agency).where(Dataset.code.in_(codes), Dataset.zone.not_in(("base", "topic")))
    near = set(session.scalars(query)) if sources else set(entry.providers)
    return tuple(names.name_of(agencies, provider) for provider in entry.providers if provider in near)


def _pair(condition: str) -> Pair:
    """A condition written 'Chinese / English', or in one language only."""
    zh, _, en = condition.partition(" / ")
    return zh, en


def items(session: Session, code: str) -> tuple[ItemLine, ...]:
    """The items of dataset `code` in order; empty for an unknown one."""
    return tuple(
        ItemLine(
            name=item.name,
            title=(item.title_zh, item.title_en),
            element=item.element,
            element_title=names.element(item.element),
            kind=item.kind,
            source_name=item.source_name,
            required=item.required,
            key=item.key,
            grade=item.grade,
            personal=item.personal,
            code_list=item.code_list,
        )
        for item in queries.items(session, code)
    )


def versions(session: Session, code: str, *, limit: int = VERSIONS_SHOWN) -> tuple[Version, ...]:
    """The newest `limit` published versions of dataset `code`, newest first."""
    query = select(DatasetVersion).where(DatasetVersion.dataset == code)
    found = session.scalars(query.order_by(DatasetVersion.version.desc()).limit(limit))
    return tuple(Version(one.version, one.rows, one.published_at) for one in found)


def neighbours(session: Session, code: str) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    """(datasets `code` is made from, datasets made from `code`), one step each way, by code."""
    titles = names.datasets(session)
    up = session.scalars(select(LineageEdge.source).where(LineageEdge.target == code))
    down = session.scalars(select(LineageEdge.target).where(LineageEdge.source == code))
    return _counted(up, titles), _counted(down, titles)


def downstream(session: Session, code: str) -> frozenset[str]:
    """Codes of all datasets made from `code`, through however many others."""
    targets: dict[str, set[str]] = {}
    for source, target in session.execute(select(LineageEdge.source, LineageEdge.target).distinct()):
        targets.setdefault(source, set()).add(target)
    found: set[str] = set()
    waiting = [code]
    while waiting:
        fresh = targets.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return frozenset(found - {code})


def _counted(codes: Iterable[str], titles: dict[str, Pair]) -> tuple[Neighbour, ...]:
    counts = Counter(codes)
    return tuple(Neighbour(code, names.name_of(titles, code), counts[code], code in titles) for code in sorted(counts))
