"""From a department's system into the raw zone, exactly once.

    read → files kept → rows staged → fingerprint known before? → commit → files settled → registered

Killed between any two of these and run again, the same batch stands once: what was not committed is done anew, what
was committed but not registered is adopted. Standardising and judging come later, elsewhere.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from catalog import models
from catalog.actions import batches
from catalog.contracts import Contract
from catalog.database import open_session
from catalog.errors import BatchHeld, ContractBroken, HubError, SourceError, SourceUnreadable
from catalog.identifiers import batch_id
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import deliveries, raw, reconciliation, sources
from lake.sources import Delivery

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """One delivery. `new` False: the system delivered what the last batch holds, or nothing; kept_aside in records."""

    batch_id: str
    dataset: str
    rows: int
    fingerprint: str
    position: str | None
    new: bool
    kept_aside: int = 0
    new_columns: tuple[str, ...] = ()


def collect(settings: Settings, contract: Contract, spec: SystemSpec, *, now: datetime, by: str) -> Batch:
    """Take one delivery of `contract` from `spec` into the raw zone and register it.

    Raises SourceError and its kinds, ContractBroken, BatchHeld (files, if any came, are then kept in a held batch),
    Conflict when another run is collecting the same dataset.
    """
    with deliveries.lock(settings, contract.dataset):
        unfinished = _adopt(settings, contract, by=by)
        if unfinished is not None:
            return unfinished
        last = _last(settings, contract.dataset)
        try:
            return _take(settings, contract, spec, last, now=now, by=by)
        except (SourceUnreadable, ContractBroken, BatchHeld) as error:
            _hold(settings, contract, error, now=now, by=by)
            raise


def _take(
    settings: Settings, contract: Contract, spec: SystemSpec, last: Batch | None, *, now: datetime, by: str
) -> Batch:
    keep = deliveries.incoming(settings, contract.dataset)
    since = last.position if last else None
    delivery = sources.read(settings, spec, contract, since=since, keep=keep)
    known = deliveries.fingerprint(delivery.files, _reading(contract)) if delivery.files else None
    if last is not None and known == last.fingerprint:
        return _nothing_new(settings, delivery, last)
    staged = raw.stage(settings, contract.dataset, delivery.reader)
    try:
        checked = _reconcile(settings, contract, delivery, staged)
        mark = known or raw.fingerprint(settings, staged)
    except BaseException:
        raw.drop(settings, staged)
        raise
    if last is not None and (mark == last.fingerprint or (staged.rows == 0 and contract.mode != "snapshot")):
        raw.drop(settings, staged)
        return _nothing_new(settings, delivery, last)
    moment = now.astimezone(UTC)
    name = batch_id(contract.dataset, mark, moment)
    facts = raw.Facts(name, spec.code, staged.rows, mark, delivery.position, moment, checked)
    raw.commit_batch(settings, staged, facts)
    _finish(settings, contract.dataset, facts, by=by)
    log.info("collected %s rows into %s, kept aside %s", staged.rows, name, len(delivery.kept_aside))
    return _batch(contract.dataset, facts, delivery)


def _finish(settings: Settings, dataset: str, facts: raw.Facts, *, by: str) -> None:
    """What follows the commit; done again after a crash it changes nothing."""
    deliveries.settle(settings, dataset, facts.batch_id)
    with open_session(settings) as session:
        batches.register(
            session,
            batch_id=facts.batch_id,
            dataset=dataset,
            system=facts.system,
            rows=facts.rows,
            fingerprint=facts.fingerprint,
            position=facts.position,
            message=_reconciled(facts),
            by=by,
            now=facts.collected_at,
        )


def _adopt(settings: Settings, contract: Contract, *, by: str) -> Batch | None:
    """Finish a batch whose rows were committed by a run that died before registering it."""
    facts = raw.newest(settings, contract.dataset)
    if facts is None:
        return None
    with open_session(settings) as session:
        if session.get(models.Batch, facts.batch_id) is not None:
            return None
    _finish(settings, contract.dataset, facts, by=by)
    log.info("adopted %s, committed by a run that broke off", facts.batch_id)
    return _batch(contract.dataset, facts, None)


def _last(settings: Settings, dataset: str) -> Batch | None:
    """The newest batch that went into the raw zone; held ones do not count."""
    query = select(models.Batch).where(models.Batch.dataset == dataset, models.Batch.status != "held")
    query = query.order_by(models.Batch.collected_at.desc(), models.Batch.batch_id.desc()).limit(1)
    with open_session(settings) as session:
        row = session.scalars(query).first()
    if row is None:
        return None
    return Batch(row.batch_id, dataset, row.rows, row.fingerprint, row.position, new=False)


def _hold(settings: Settings, contract: Contract, error: HubError, *, now: datetime, by: str) -> None:
    """Keep the files of a delivery that cannot be taken, once, with the sentence that says why."""
    keep = deliveries.incoming(settings, contract.dataset)
    files = sorted(path for path in keep.iterdir() if path.is_file()) if keep.is_dir() else []
    if not files:
        return
    mark = deliveries.fingerprint(files, _reading(contract))
    name = batch_id(contract.dataset, mark, now.astimezone(UTC))
    with open_session(settings) as session:
        same = select(models.Batch).where(models.Batch.dataset == contract.dataset, models.Batch.fingerprint == mark)
        if session.scalars(same.where(models.Batch.status == "held").limit(1)).first() is not None:
            deliveries.discard(settings, contract.dataset)
            return
    deliveries.settle(settings, contract.dataset, name)
    with open_session(settings) as session:
        batches.register(
            session,
            batch_id=name,
            dataset=contract.dataset,
            system=contract.system,
            rows=0,
            fingerprint=mark,
            position=None,
            by=by,
            now=now,
        )
        batches.hold(session, batch_id=name, error=error, by=by, now=now)


def _nothing_new(settings: Settings, delivery: Delivery, last: Batch) -> Batch:
    delivery.reader.close()
    deliveries.discard(settings, last.dataset)
    return last


def _reconciled(facts: raw.Facts) -> tuple[str, str]:
    if facts.checked is None:
        return ("", "")
    return (
        f"对账相符：{facts.rows} 行，{facts.checked} 列的合计与来源一致。",
        f"Reconciled: {facts.rows} rows, and the sums of {facts.checked} columns, are those of the source.",
    )


def _reconcile(settings: Settings, contract: Contract, delivery: Delivery, staged: raw.Staged) -> int | None:
    """对账: what the source counted must be what the files hold. The columns compared; None where nothing could be."""
    stored = staged.rows
    if delivery.expected is not None and delivery.expected != stored:
        raise SourceError(
            f"数据集 {contract.dataset} 对账不符：来源 {delivery.expected} 行，入湖 {stored} 行。"
            "本批次未入湖，请重新运行。",
            f"The counts of {contract.dataset} differ: {delivery.expected} rows at the source, {stored} stored. The"
            " batch was not taken; run again.",
            code="count_differs",
            dataset=contract.dataset,
            source_rows=delivery.expected,
            stored_rows=stored,
        )
    if delivery.expected is None:
        return None
    return reconciliation.check(settings, contract, raw.places(staged), delivery.totals)


def _reading(contract: Contract) -> str:
    return json.dumps([contract.locator, dict(contract.options)], sort_keys=True, default=str)


def _batch(dataset: str, facts: raw.Facts, delivery: Delivery | None) -> Batch:
    return Batch(
        facts.batch_id,
        dataset,
        facts.rows,
        facts.fingerprint,
        facts.position,
        new=True,
        kept_aside=len(delivery.kept_aside) if delivery else 0,
        new_columns=delivery.new_columns if delivery else (),
    )
