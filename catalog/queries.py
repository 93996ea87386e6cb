"""Reads of the registry that several rooms need. Pages and routes have their own, in exchange_api."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.models import (
    Agency,
    Batch,
    DataItem,
    Dataset,
    DatasetVersion,
    Event,
    LineageEdge,
    SourceDesignation,
    Verdict,
)

BUILT = ("base", "topic")
"""Zones of the tables the hub makes of departments' datasets."""


def dataset(session: Session, code: str) -> Dataset:
    """The catalogue entry `code`; raises NotFound."""
    found = session.get(Dataset, code)
    if found is None:
        raise NotFound(
            f"目录中没有数据集 {code}。请在目录中查找正确的名称。",
            f"There is no dataset {code} in the catalogue. Look its name up there.",
            code="dataset_unknown",
            dataset=code,
        )
    return found


def items(session: Session, code: str) -> list[DataItem]:
    """The items of dataset `code`, in order."""
    return list(session.scalars(select(DataItem).where(DataItem.dataset == code).order_by(DataItem.position)))


def published(session: Session, code: str) -> DatasetVersion | None:
    """The newest published version of `code`, or None."""
    query = select(DatasetVersion).where(DatasetVersion.dataset == code).order_by(DatasetVersion.version.desc())
    return session.scalars(query.limit(1)).first()


def published_all(session: Session) -> dict[str, DatasetVersion]:
    """The newest published version of every published dataset, by code."""
    newest: dict[str, DatasetVersion] = {}
    for version in session.scalars(select(DatasetVersion).order_by(DatasetVersion.dataset, DatasetVersion.version)):
        newest[version.dataset] = version
    return newest


def last_batch(session: Session, code: str, *, status: str | None = None) -> Batch | None:
    """The newest batch of dataset `code` (of that status), or None."""
    query = select(Batch).where(Batch.dataset == code).order_by(Batch.collected_at.desc(), Batch.batch_id.desc())
    if status is not None:
        query = query.where(Batch.status == status)
    return session.scalars(query.limit(1)).first()


def batches(session: Session, *, status: str) -> list[Batch]:
    """All batches of that status, oldest first."""
    return list(session.scalars(select(Batch).where(Batch.status == status).order_by(Batch.collected_at)))


def last_verdict(session: Session, code: str) -> Verdict | None:
    """The newest verdict on dataset `code`, or None."""
    query = select(Verdict).where(Verdict.dataset == code).order_by(Verdict.judged_at.desc(), Verdict.verdict_id.desc())
    return session.scalars(query.limit(1)).first()


def changes(session: Session, verdict_id: str) -> dict[str, int]:
    """Rows per 'item:what' that standardising changed in what that verdict judged; empty where none was counted."""
    query = select(Event.details).where(Event.tag == "verdict:recorded", Event.subject == verdict_id)
    details = session.scalars(query.limit(1)).first() or {}
    return {note: int(rows) for note, rows in details.get("changes", {}).items()}


def agency(session: Session, code: str) -> Agency:
    """The agency `code`; raises NotFound, so that nothing is ever registered for a department nobody knows."""
    found = session.get(Agency, code)
    if found is None:
        raise NotFound(
            f"没有部门 {code}。请先用 shuniu agency add 登记该部门。",
            f"There is no agency {code}. Register it first with: shuniu agency add.",
            code="agency_unknown",
            agency=code,
        )
    return found


def agencies(session: Session) -> dict[str, Agency]:
    """All agencies by code."""
    return {agency.code: agency for agency in session.scalars(select(Agency).order_by(Agency.code))}


def upstream(session: Session, code: str) -> list[str]:
    """Codes of the datasets that `code` is directly made from."""
    return sorted(set(session.scalars(select(LineageEdge.source).where(LineageEdge.target == code))))


def designations(session: Session, base: str) -> dict[str, list[SourceDesignation]]:
    """Field → its source departments in order of rank."""
    found: dict[str, list[SourceDesignation]] = {}
    query = select(SourceDesignation).where(SourceDesignation.base == base)
    for row in session.scalars(query.order_by(SourceDesignation.field, SourceDesignation.rank)):
        found.setdefault(row.field, []).append(row)
    return found


def item_providers(session: Session, code: str) -> dict[str, tuple[str, ...]]:
    """Item → agencies whose data its values are made of, through every table between, sorted.

    A department whose own dataset the table is made of directly is in every item: its rows decide which rows there are.
    Where nothing is recorded before a built table, all its providers count. Items nothing is recorded of are left out,
    and with them all items of a department's own dataset.
    """
    edges = lineage_behind(session, code)
    if not edges:
        return {}
    read = {source for found in edges.values() for source, _ in found}
    query = select(Dataset.code, Dataset.agency, Dataset.zone, Dataset.providers).where(Dataset.code.in_(read))
    entries = session.execute(query).all()
    built = {entry.code for entry in entries if entry.zone in BUILT}
    whose = {entry.code: set(entry.providers if entry.code in built else [entry.agency]) for entry in entries}
    direct = {source for (target, _), found in edges.items() if target == code for source, _ in found} - built
    found = {}
    for target, name in edges:
        if target == code:
            ends = _leaves((target, name), edges) | direct
            found[name] = tuple(sorted(set().union(*(whose.get(end, set()) for end in ends))))
    return found


Place = tuple[str, str]
"""A dataset and one of its items."""


def back_flow_items(session: Session, code: str) -> frozenset[str]:
    """Items of a built table whose values come from datasets of an upper-level platform (回流).

    They are that platform's to share, not ours, though a base of ours holds them. An item that one of our departments
    delivers as well is ours; but made of an item that is not, it is not ours either, whatever it is mixed with.
    """
    edges = lineage_behind(session, code)
    read = {source for found in edges.values() for source, _ in found}
    query = select(Dataset.code).where(Dataset.code.in_(read), Dataset.origin == "upper")
    upper = set(session.scalars(query)) if read else set()
    theirs = _of_upper(edges, upper) if upper else set()
    return frozenset(name for target, name in theirs if target == code)


def _of_upper(edges: dict[Place, list[Place]], upper: set[str]) -> set[Place]:
    """The items of `edges` that are back-flow: told by datasets of `upper` alone, or made of one that is."""
    theirs = {place for place, sources in edges.items() if all(source in upper for source, _ in sources)}
    level = theirs
    while level:
        level = {place for place, sources in edges.items() if place not in theirs and not level.isdisjoint(sources)}
        theirs |= level
    return theirs


def lineage_behind(session: Session, code: str) -> dict[Place, list[Place]]:
    """Item of `code`, or of a table behind it → the items it is made of. Level by level: most datasets have none."""
    edges: dict[Place, list[Place]] = {}
    asked, level = set[str](), {code}
    while level:
        asked |= level
        found = list(session.scalars(select(LineageEdge).where(LineageEdge.target.in_(level))))
        for edge in found:
            edges.setdefault((edge.target, edge.target_item), []).append((edge.source, edge.source_item))
        level = {edge.source for edge in found} - asked
    return edges


def _leaves(start: Place, edges: dict[Place, list[Place]]) -> set[str]:
    """Datasets at the far end of what `start` is made of: those nothing is recorded before."""
    seen, waiting, ends = {start}, [start], set()
    while waiting:
        here = waiting.pop()
        if here not in edges:
            ends.add(here[0])
        fresh = [there for there in edges.get(here, []) if there not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return ends
