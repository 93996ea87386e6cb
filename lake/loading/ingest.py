"""From a department's system into the raw zone, exactly once.

    read → files kept → rows staged → fingerprint known before? → commit → files settled → registered

Killed between any two of these and run again, the same batch stands once: what was not committed is done anew, what
was committed but not registered is adopted. Standardising and judging come later, elsewhere.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from deltalake import DeltaTable
from sqlalchemy import select

from catalog import models
from catalog.actions import batches, erasures
from catalog.actions.runs import Note
from catalog.contracts import Contract
from catalog.database import open_reader, open_session
from catalog.errors import BatchHeld, ContractBroken, SourceUnreadable
from catalog.i18n import file_name
from catalog.identifiers import batch_id
from catalog.read_options import KINDS_OF
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.loading import again, deliveries, holding, keeping_out, kept_aside, raw, reconciliation
from lake.sources import Delivery
from lake.sources.delivery import KeptAside

log = logging.getLogger(__name__)
MOST_NAMED = 3
"""So many files without a row are named; of more their number is told."""


@dataclass(frozen=True)
class Batch:
    """One delivery. `new` False: the system delivered what the last batch holds, or nothing; kept_aside in records.

    first_aside: the first of them; without_rows: the files delivered, where none of them held a row.
    """

    batch_id: str
    dataset: str
    rows: int
    fingerprint: str
    position: str | None
    new: bool
    kept_aside: int = 0
    first_aside: tuple[KeptAside, ...] = ()
    new_columns: tuple[str, ...] = ()
    without_rows: tuple[str, ...] = ()


def collect(settings: Settings, contract: Contract, spec: SystemSpec, *, now: datetime, by: str) -> Batch:
    """Take one delivery of `contract` from `spec` into the raw zone and register it.

    Raises SourceError and its kinds, ContractBroken, BatchHeld (files, if any came, are then kept in a held batch),
    Conflict when another run is collecting the same dataset.
    """
    with deliveries.lock(settings, contract.dataset), _reaching(settings, contract, spec) as begun:
        table = raw.opened(settings, contract.dataset)
        committed = raw.newest_of(table)
        registered = _registered(settings, committed)
        if committed is not None and registered is None:
            return _adopted(settings, contract, committed, by=by)
        refused = registered if registered is not None and registered.status == "held" else None
        before = _Before(table, _last(settings, contract.dataset), _known(refused))
        try:
            return _take(settings, contract, spec, before, begun, now=now, by=by)
        except (SourceUnreadable, ContractBroken, BatchHeld) as error:
            holding.hold(settings, contract, error, now=now, by=by)
            raise


@contextmanager
def _reaching(settings: Settings, contract: Contract, spec: SystemSpec) -> Iterator[sources.Begun | None]:
    """The source, being reached while lake and registry tell where to go on; let go of in the end, however it ends."""
    begun = sources.begin(settings, spec, contract)
    try:
        yield begun
    finally:
        if begun is not None:
            begun.leave()


@dataclass(frozen=True)
class _Before:
    """What stands before a delivery: the raw table as opened, and the newest batch of it that is not held.

    refused: the newest batch of the table, where standardising refused it. The next increment begins before it.
    """

    table: DeltaTable | None
    last: Batch | None
    refused: Batch | None

    def same(self, mark: str | None) -> Batch | None:
        """The batch that holds what bears this fingerprint already: the same batch twice is once."""
        stand = (self.last, self.refused)
        return next((batch for batch in stand if batch is not None and batch.fingerprint == mark), None)


def _take(
    settings: Settings,
    contract: Contract,
    spec: SystemSpec,
    before: _Before,
    begun: sources.Begun | None,
    *,
    now: datetime,
    by: str,
) -> Batch:
    last = before.last
    keep = deliveries.incoming(settings, contract.dataset)
    since = last.position if last else None
    delivery = sources.read(settings, spec, contract, since=since, keep=keep, begun=begun)
    known = deliveries.fingerprint(delivery.files, deliveries.reading(contract)) if delivery.files else None
    same = before.same(known)
    if same is not None:
        return _nothing_new(settings, delivery, same, by=by, now=now)
    staged = raw.stage(settings, contract.dataset, delivery)
    try:
        mark, checked = _verified(settings, contract, delivery, staged, known)
    except BaseException:
        raw.drop(settings, staged)
        raise
    finally:
        delivery.close()
    if contract.day is not None:
        mark, known_day = again.of_day(settings, contract, mark, delivery.position)
        same = last if known_day else None
    same = same or before.same(mark)
    if same is None and staged.rows == 0 and contract.mode != "snapshot":
        same = last
    without_rows = _files_of(spec, delivery) if staged.rows == 0 else ()
    if same is not None:
        raw.drop(settings, staged)
        return replace(_nothing_new(settings, delivery, same, by=by, now=now), without_rows=without_rows)
    moment = now.astimezone(UTC)
    name = batch_id(contract.dataset, mark, moment)
    staged, kept_out = keeping_out.without_erased(settings, contract, staged)
    told = (checked, delivery.new_columns, *kept_out, len(without_rows))
    rows = staged.rows + kept_out.left_out  # as delivered, for every count that others than stewards may see
    facts = raw.Facts(name, spec.code, rows, mark, delivery.position, moment, *told)
    raw.commit_batch(settings, staged, facts, before.table)
    _finish(settings, contract.dataset, facts, by=by)
    log.info("collected %s rows into %s, kept aside %s", facts.rows, name, len(delivery.kept_aside))
    return _batch(contract.dataset, facts, delivery, without_rows)


def _finish(settings: Settings, dataset: str, facts: raw.Facts, *, by: str) -> None:
    """What follows the commit; done again after a crash it changes nothing."""
    if facts.kept_out:  # the files hold somebody who was erased
        deliveries.discard(settings, dataset)
    else:
        deliveries.settle(settings, dataset, facts.batch_id)
    with open_session(settings) as session:
        if facts.kept_out and session.get(models.Batch, facts.batch_id) is None:
            erasures.note_return(
                session, batch=facts.batch_id, dataset=dataset, rows=facts.kept_out, other_name=facts.other_name,
                left_out=facts.left_out, by=by, now=facts.collected_at,
            )  # fmt: skip
        batches.register(
            session,
            batch_id=facts.batch_id,
            dataset=dataset,
            system=facts.system,
            rows=facts.rows,
            fingerprint=facts.fingerprint,
            position=facts.position,
            message=_message(facts, _empty(settings, dataset, facts)),
            by=by,
            now=facts.collected_at,
        )


def _adopted(settings: Settings, contract: Contract, facts: raw.Facts, *, by: str) -> Batch:
    """Finish a batch whose rows were committed by a run that died before registering it."""
    _finish(settings, contract.dataset, facts, by=by)
    log.info("adopted %s, committed by a run that broke off", facts.batch_id)
    return _batch(contract.dataset, facts, None, _empty(settings, contract.dataset, facts))


def _registered(settings: Settings, committed: raw.Facts | None) -> models.Batch | None:
    """What the registry knows of the batch that was committed last."""
    with open_reader(settings) as session:
        return session.get(models.Batch, committed.batch_id) if committed is not None else None


def _last(settings: Settings, dataset: str) -> Batch | None:
    """The newest batch in the raw zone that went, or may yet go, further: held ones are not."""
    query = select(models.Batch).where(models.Batch.dataset == dataset, models.Batch.status != "held")
    query = query.order_by(models.Batch.collected_at.desc(), models.Batch.batch_id.desc()).limit(1)
    with open_reader(settings) as session:
        return _known(session.scalars(query).first())


def _known(row: models.Batch | None) -> Batch | None:
    if row is None:
        return None
    return Batch(row.batch_id, row.dataset, row.rows, row.fingerprint, row.position, new=False)


def _nothing_new(settings: Settings, delivery: Delivery, same: Batch, *, by: str, now: datetime) -> Batch:
    """What came is what batch `same` holds. Was it held, it is tried again: the contract may be mended since."""
    came = bool(delivery.files) or delivery.expected is not None
    delivery.close()
    deliveries.discard(settings, same.dataset)
    with open_session(settings) as session:
        status = session.get_one(models.Batch, same.batch_id).status
        if status == "held":
            facts = raw.newest(settings, same.dataset)
            empty = _empty(settings, same.dataset, facts) if facts is not None else ()
            message = _message(facts, empty) if facts is not None else ("", "")
            batches.advance(session, batch_id=same.batch_id, status="collected", message=message)
        elif status != "collected" and came:  # one that still has to be standardised says then what becomes of it
            holding.settle_ticket(session, same.dataset, by=by, now=now)
    return same


def _files_of(spec: SystemSpec, delivery: Delivery) -> tuple[str, ...]:
    """Names of the files a department delivered; none where lines of them were kept aside, which are rows."""
    files = delivery.files if spec.kind in KINDS_OF["files"] and not delivery.kept_aside else ()
    return tuple(file_name(path.name) for path in files)


def told_without_rows(files: tuple[str, ...]) -> Note:
    """What is said of files without a row. No error: a list may be empty and is taken, but somebody should look."""
    more = len(files) - MOST_NAMED
    others = (f" 等 {len(files)} 个文件", f" and {more} more") if more > 0 else (" ", "")
    named = files[:MOST_NAMED]
    return Note(
        f"交付的文件 {'、'.join(named)}{others[0]}中没有一行数据（空文件或只有表头）。请部门核对。",
        f"No row is in the delivered {', '.join(named)}{others[1]}: empty, or a header alone. Ask the department.",
        code="delivery_without_rows",
    )


def _empty(settings: Settings, dataset: str, facts: raw.Facts) -> tuple[str, ...]:
    """The names of a batch's files where none held a row: as long as they are kept, for one may be a person's."""
    kept = deliveries.folder(settings, dataset, facts.batch_id)
    found = sorted(kept.iterdir()) if facts.without_rows and kept.is_dir() else []
    return tuple(file_name(path.name) for path in found)


def _message(facts: raw.Facts, without_rows: tuple[str, ...]) -> tuple[str, str]:
    """What the registry says of a batch: no row in its files, that it was reconciled, columns nobody asked for.

    Nothing of persons kept out: see lake/loading/keeping_out.py.
    """
    zh, en = [], []
    if without_rows:
        empty = told_without_rows(without_rows)
        zh.append(empty.zh)
        en.append(empty.en)
    if facts.checked is not None:
        zh.append(f"对账相符：{facts.rows} 行，{facts.checked} 列的合计与来源一致。")
        en.append(f"Reconciled: {facts.rows} rows, and the sums of {facts.checked} columns, are those of the source.")
    if facts.new_columns:
        zh.append(f"新增列 {'、'.join(facts.new_columns)} 已原样保留，请修订契约。")
        en.append(f"New columns kept as they came: {', '.join(facts.new_columns)}. Revise the contract.")
    return ("".join(zh), " ".join(en))


def _verified(
    settings: Settings, contract: Contract, delivery: Delivery, staged: raw.Staged, known: str | None
) -> tuple[str, int | None]:
    """对账: what the source counted must be what the files hold. The fingerprint (`known`, of files delivered), and
    the number of columns compared, None where nothing could be."""
    if delivery.expected is not None:
        reconciliation.check_count(contract, delivery.expected, staged.rows)
    if known is not None:
        return known, None
    engine = delivery.native.connection if delivery.native else None
    figures = [measure.in_lake() for measure in delivery.totals]
    mark, stored = raw.measure(settings, staged, figures, engine=engine)
    if delivery.expected is None:
        return mark, None
    return mark, reconciliation.check(contract, delivery.totals, stored) if staged.files else 0


def _batch(dataset: str, facts: raw.Facts, delivery: Delivery | None, without_rows: tuple[str, ...]) -> Batch:
    return Batch(
        facts.batch_id,
        dataset,
        facts.rows,
        facts.fingerprint,
        facts.position,
        new=True,
        kept_aside=len(delivery.kept_aside) if delivery else 0,
        first_aside=tuple(delivery.kept_aside[: kept_aside.MOST_NAMED]) if delivery else (),
        new_columns=facts.new_columns,
        without_rows=without_rows,
    )
