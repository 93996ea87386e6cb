"""The base and topic tables as catalogue entries: what they hold, whose data is in them, who is source of a field."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import agencies, datasets
from catalog.contracts import Contract
from catalog.models import Dataset
from lake.bases.inputs import linked_base
from lake.bases.model import BaseModel, field_orders
from lake.bases.tracing import lineage

OWNER = "bureau"


def register(
    session: Session,
    *,
    bases: tuple[BaseModel, ...],
    hub_id: str,
    by: str,
    now: datetime,
    known: Mapping[str, BaseModel] | None = None,
) -> None:
    """Enter every table of `bases`, with its items, lineage and designated sources (Order 809 Art. 19).

    What stood there is replaced; versions and history stay. The agency that runs the hub is registered if it is not;
    a source department that is not registered yet is left out of the order of its fields. known: every base and topic
    by name, where `bases` are not all of them.
    """
    known = known or {base.name: base for base in bases}
    there = set(queries.agencies(session))
    if OWNER not in there:
        agencies.register(
            session, code=OWNER, name_zh="大数据局", name_en="Data Bureau", kind="platform", by=by, now=now
        )
    for base in bases:
        datasets.register(session, dataset=_entry(base, known, hub_id, now), items=base.items, by=by, now=now)
        datasets.record_lineage(session, target=base.name, edges=lineage(base, known), by=by, now=now)
        items = {item.name for item in base.items}
        for field in field_orders(base.folder) if base.beside or base.ordered else ():
            if field.name.islower() and field.name not in items:
                continue  # a column of another table of the folder; what is no column is a value of the key
            ranked = sorted(field.ranks, key=lambda name: field.ranks[name])
            order = [(name.partition("_")[0], name) for name in ranked if name.partition("_")[0] in there]
            agencies.designate_source(session, base=base.name, field=field.name, order=order, by=by, now=now)


def providers(name: str, known: Mapping[str, BaseModel]) -> list[str]:
    """Agencies whose data is in table `name`, through every table it is built from, sorted."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for source in known[waiting.pop()].inputs:
            base = linked_base(source) or source
            if base in known:
                waiting.append(base)
            else:
                found.add(source.partition("_")[0])
    return sorted(found)


def _entry(base: BaseModel, known: Mapping[str, BaseModel], hub_id: str, now: datetime) -> Dataset:
    entry = _built(base, known, hub_id, now)
    if base.contract is not None:
        _promise(entry, base.contract)
    return entry


def _promise(entry: Dataset, contract: Contract) -> None:
    """What the contract of a declared topic says of itself."""
    entry.sharing, entry.sharing_condition = contract.sharing, contract.sharing_condition
    entry.update_cycle, entry.grade, entry.version = contract.update_cycle, contract.grade, contract.version
    entry.abstract_zh, entry.abstract_en = contract.abstract_zh, contract.abstract_en
    entry.contract = contract.document


def _built(base: BaseModel, known: Mapping[str, BaseModel], hub_id: str, now: datetime) -> Dataset:
    return Dataset(
        code=base.name,
        title_zh=base.title_zh,
        title_en=base.title_en,
        agency=OWNER,
        system=None,
        zone=base.zone,
        mode="snapshot",
        data_format="Delta",
        update_cycle="daily",
        sharing="conditional",
        sharing_condition="按用途授权，最小必要 / by purpose, the least that is needed",
        sharing_mode="service,bulk",
        grade=max((item.grade for item in base.items), default="L2"),
        origin="local",
        hub_id=hub_id,
        abstract_zh=base.title_zh,
        abstract_en=base.title_en,
        providers=providers(base.name, known),
        version="1.0.0",
        contract="",
        registered_at=now,
    )
