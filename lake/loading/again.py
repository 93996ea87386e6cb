"""A day loaded again (补数): which datasets can, and when a day has been taken already.

A day is the rows whose watermark lies in it, as the department has them now; tables are merged by key, so rows that
were there already change nothing. The position of the nightly loads stays where it is. A snapshot has no days.
"""

import hashlib
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from catalog.contracts import Contract
from catalog.database import open_reader
from catalog.days import check_has_days
from catalog.errors import ContractBroken
from catalog.models import Batch
from catalog.settings import Settings

KINDS = ("postgresql", "mysql", "sqlite", "sql")
_DAY = 16
"""Hex digits at the end of a fingerprint that name the day, so that the batches of one day are found."""


def for_day(settings: Settings, contract: Contract, kind: str, day: date) -> Contract:
    """The contract narrowed to one day. kind: of its system. Raises ContractBroken where a day cannot be read again."""
    check_has_days(contract)
    if kind not in KINDS:
        raise ContractBroken(
            f"数据集 {contract.dataset} 不来自数据库，其系统不能按日重取。请让部门重新交付这些文件或消息。",
            f"Dataset {contract.dataset} does not come from a database; its system cannot give one day. Ask the"
            " department to deliver it again.",
            code="backfill_kind",
            dataset=contract.dataset,
        )
    if not _taken(settings, contract.dataset):
        raise ContractBroken(
            f"数据集 {contract.dataset} 还没有归集过。请先正常归集一次，首次归集会取全部数据。",
            f"Dataset {contract.dataset} has not been loaded yet. Load it as usual: a first load brings all there is.",
            code="backfill_before_first",
            dataset=contract.dataset,
        )
    return replace(contract, day=day)


def of_day(settings: Settings, contract: Contract, mark: str, position: str | None) -> tuple[str, bool]:
    """Fingerprint of the day's rows (`mark`: of the rows alone), and whether the lake has the day so already.

    It has when the newest batch of that day has the same, and no nightly load has moved the `position` on since. What
    an older batch had says nothing: a correction that the department took back is a change, too.
    """
    told = _hashed(f"{contract.day}|{mark}", 64 - _DAY) + _hashed(str(contract.day), _DAY)
    query = select(Batch.fingerprint, Batch.position).where(
        Batch.dataset == contract.dataset, Batch.status != "held", Batch.fingerprint.endswith(told[-_DAY:])
    )
    query = query.order_by(Batch.collected_at.desc(), Batch.batch_id.desc()).limit(1)
    with open_reader(settings) as session:
        newest = session.execute(query).first()
    return told, newest is not None and tuple(newest) == (told, position)


def _hashed(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _taken(settings: Settings, dataset: str) -> bool:
    query = select(Batch.batch_id).where(Batch.dataset == dataset, Batch.status != "held").limit(1)
    with open_reader(settings) as session:
        return session.scalars(query).first() is not None
