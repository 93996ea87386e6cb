"""Put datasets into the catalogue and publish their versions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions.events import EventTag, record
from catalog.classification import check_classified
from catalog.contract_review import check_option_values
from catalog.contracts import Contract, Item
from catalog.errors import InvalidInput, NotAllowed, NotFound
from catalog.models import DataItem, Dataset, DatasetVersion, LineageEdge


def register_contract(session: Session, *, contract: Contract, hub_id: str, by: str, now: datetime) -> Dataset:
    """Enter a department's dataset as its contract describes it, replacing an earlier description.

    Raises ContractBroken for options that are not the numbers they may be, and as register does.
    """
    check_option_values(contract)
    return register(
        session,
        dataset=Dataset(
            code=contract.dataset,
            title_zh=contract.title_zh,
            title_en=contract.title_en,
            agency=contract.agency,
            system=contract.system,
            zone="standard",
            mode=contract.mode,
            data_format=contract.data_format,
            update_cycle=contract.update_cycle,
            sharing=contract.sharing,
            sharing_condition=contract.sharing_condition,
            sharing_mode=",".join(contract.sharing_modes),
            grade=contract.grade,
            origin=contract.origin,
            hub_id=hub_id,
            abstract_zh=contract.abstract_zh,
            abstract_en=contract.abstract_en,
            providers=[contract.agency],
            version=contract.version,
            contract=contract.document,
            registered_at=now,
        ),
        items=contract.items,
        by=by,
        now=now,
    )


def register(session: Session, *, dataset: Dataset, items: Sequence[Item], by: str, now: datetime) -> Dataset:
    """Enter `dataset` with its `items`; what stood there before is replaced, versions and history stay.

    Raises NotFound for an agency that is not registered, ContractBroken for an item that is not classified or graded
    below what it holds, and for a dataset graded below its items or shared more freely than its grade allows.
    """
    check_classified(dataset.code, items, grade=dataset.grade, sharing=dataset.sharing)
    queries.agency(session, dataset.agency)
    _check_origin(session, dataset)
    merged = session.merge(dataset)
    session.flush()
    session.execute(delete(DataItem).where(DataItem.dataset == dataset.code))
    session.add_all(_data_item(dataset.code, position, item) for position, item in enumerate(items, start=1))
    record(
        session,
        tag=EventTag.DATASET_REGISTERED,
        subject=dataset.code,
        by=by,
        now=now,
        details={"version": dataset.version, "items": len(items)},
    )
    return merged


def _data_item(dataset: str, position: int, item: Item) -> DataItem:
    return DataItem(
        dataset=dataset,
        name=item.name,
        position=position,
        title_zh=item.title_zh,
        title_en=item.title_en,
        element=item.element,
        kind=item.kind,
        source_name=item.source_name,
        required=item.required,
        key=item.key,
        grade=item.grade,
        personal=item.personal,
        code_list=item.code_list,
        description=item.description,
    )


def publish(
    session: Session,
    *,
    dataset: str,
    uri: str,
    delta_version: int,
    rows: int,
    verdict_id: str | None,
    by: str,
    now: datetime,
) -> DatasetVersion:
    """Make one state of a Delta table the dataset's newest published version; the same state twice is once.

    Row, version number and event are one transaction: a crash leaves unreferenced files, never half a version.
    """
    _check_ours(session.get(Dataset, dataset), dataset)
    last = session.scalar(select(func.max(DatasetVersion.version)).where(DatasetVersion.dataset == dataset)) or 0
    newest = session.get(DatasetVersion, (dataset, last))
    if newest is not None and (newest.uri, newest.delta_version) == (uri, delta_version):
        return newest
    version = DatasetVersion(
        dataset=dataset,
        version=last + 1,
        uri=uri,
        delta_version=delta_version,
        rows=rows,
        verdict_id=verdict_id,
        published_at=now,
    )
    session.add(version)
    record(
        session,
        tag=EventTag.DATASET_PUBLISHED,
        subject=dataset,
        by=by,
        now=now,
        details={"version": last + 1, "rows": rows, "verdict": verdict_id},
    )
    return version


_RETIRED = "已停止构建："
"""What the sharing condition of a retired dataset begins with."""


def retire(session: Session, *, dataset: str, reason: str, by: str, now: datetime) -> Dataset:
    """Say of `dataset` that it is made no more: nobody is given it from now on; versions and history stay.

    The reason stands in the sharing condition alone, where what tells of a person can be struck out; registered again,
    it is what its entry says then. Raises NotFound, InvalidInput without a reason.

    That no grant is in force is for the door to see.
    """
    why = reason.strip()
    if not why:
        raise InvalidInput("请写明理由。", "Say why: the reason is empty.", code="reason_missing")
    entry = queries.dataset(session, dataset)
    entry.sharing = "none"
    entry.sharing_condition = f"{_RETIRED}{why} / no longer built: {why}"
    entry.update_cycle = "irregular"
    record(session, tag=EventTag.DATASET_RETIRED, subject=dataset, by=by, now=now)
    return entry


def is_retired(entry: Dataset) -> bool:
    """Whether retire() was said of the entry, and nothing since."""
    return entry.sharing == "none" and (entry.sharing_condition or "").startswith(_RETIRED)


def _check_origin(session: Session, dataset: Dataset) -> None:
    """What an upper-level platform gave stays its own: no new contract makes it ours while its batches lie here."""
    known = session.get(Dataset, dataset.code)
    if known is None or known.origin != "upper" or dataset.origin == "upper":
        return
    if queries.last_batch(session, dataset.code) is not None:
        raise NotAllowed(
            f"数据集 {dataset.code} 已有上级平台回流的批次，不能改登记为本级数据。请用新的名称登记。",
            f"Dataset {dataset.code} holds batches an upper-level platform gave back and cannot become our own."
            " Register the new one under another name.",
            code="origin_of_upper_level",
            dataset=dataset.code,
        )


def _check_ours(entry: Dataset | None, code: str) -> None:
    if entry is None:
        raise NotFound(
            f"目录中没有数据集 {code}，不能发布。请先登记。",
            f"Dataset {code} is not in the catalogue and cannot be published. Register it first.",
            code="dataset_unknown",
            dataset=code,
        )
    if entry.origin == "upper":
        raise NotAllowed(
            f"数据集 {code} 是上级平台回流的数据，只供本级治理使用，不得作为本级数据发布。",
            f"Dataset {code} came back from an upper-level platform: it is for the hub's own work and is not published"
            " as ours.",
            code="dataset_of_upper_level",
            dataset=code,
        )


def record_lineage(
    session: Session, *, target: str, edges: Iterable[tuple[str, str, str]], by: str, now: datetime
) -> None:
    """Replace the lineage of `target` by `edges` of (target item, source dataset, source item)."""
    wanted = sorted(set(edges))
    session.execute(delete(LineageEdge).where(LineageEdge.target == target))
    session.add_all(
        LineageEdge(target=target, target_item=item, source=source, source_item=source_item)
        for item, source, source_item in wanted
    )
    record(session, tag=EventTag.LINEAGE_RECORDED, subject=target, by=by, now=now, details={"edges": len(wanted)})
