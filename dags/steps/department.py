"""One dataset of a department: its system → raw, raw → standard values (staged for judgement)."""

import logging
from collections.abc import Callable
from datetime import date, datetime

from catalog import queries
from catalog.actions import batches, erasures, standards, systems
from catalog.contracts import Contract, load_contract
from catalog.database import open_reader, open_session
from catalog.errors import BatchHeld, ContractBroken, HubError
from catalog.settings import Settings
from dags.steps import lineage
from lake.loading import again, holding, kept_aside
from lake.loading.ingest import collect, told_without_rows
from lake.standardise import standardise

log = logging.getLogger(__name__)


def load(
    settings: Settings, dataset: str, *, clock: Callable[[], datetime], by: str = "pipeline", day: date | None = None
) -> str | None:
    """Collect a delivery of `dataset` and bring it to its standards. Returns the batch id, or None if nothing is new.

    day: load that day again instead (lake/loading/again.py). Both halves are exactly-once, so the whole may be run
    again after any crash. A HubError is on record with its sentence before it is raised; a batch that cannot be
    standardised is held, and stays as delivered.
    """
    contract = load_contract(settings.contracts_dir / f"{dataset}.odcs.yaml")
    with open_reader(settings) as session:
        standards.keep_in_force(session, settings.standards_dir)
        spec = systems.opened(session, settings=settings, code=contract.system)
    if day is not None:
        contract = again.for_day(settings, contract, spec.kind, day)
    way = lineage.collecting(settings, contract, spec)
    with lineage.step(settings, way, stage="collect", dataset=dataset, agency=contract.agency, clock=clock) as step:
        batch = collect(settings, contract, spec, now=clock(), by=by)
        step.rows, step.batch = (batch.rows if batch.new else 0), batch.batch_id
        step.note = kept_aside.told(batch.kept_aside, batch.first_aside)
        step.note = told_without_rows(batch.without_rows) if batch.without_rows else step.note
    log.info("collected %s: %s rows, new=%s", dataset, batch.rows, batch.new)
    for waiting in _collected(settings, dataset):
        _standardise(settings, contract, waiting, clock=clock, by=by)
    return batch.batch_id if batch.new else None


def _collected(settings: Settings, dataset: str) -> list[str]:
    """Batches taken in but not yet brought to the standards, oldest first (a crash may have left more than one)."""
    with open_reader(settings) as session:
        return [batch.batch_id for batch in queries.batches(session, status="collected") if batch.dataset == dataset]


def _standardise(
    settings: Settings, contract: Contract, batch_id: str, *, clock: Callable[[], datetime], by: str
) -> None:
    way = lineage.standardising(settings, contract)
    told = {"stage": "standardise", "dataset": contract.dataset, "agency": contract.agency}
    try:
        with lineage.step(settings, way, **told, clock=clock) as step:
            step.batch = batch_id
            step.rows = standardise(settings, contract, batch_id).rows + _left_out(settings, batch_id)
    except (ContractBroken, BatchHeld) as error:
        _hold(settings, contract, batch_id, error, by=by, now=clock())
        raise
    with open_session(settings) as session:
        batches.advance(session, batch_id=batch_id, status="standardised")
        holding.settle_ticket(session, contract.dataset, by=by, now=clock())


def _left_out(settings: Settings, batch_id: str) -> int:
    with open_reader(settings) as session:
        return erasures.left_out(session, batch_id)


def _hold(settings: Settings, contract: Contract, batch_id: str, error: HubError, *, by: str, now: datetime) -> None:
    with open_session(settings) as session:
        batches.hold(session, batch_id=batch_id, error=error, by=by, now=now)
        holding.put_on_ticket(session, settings, contract, error, by=by, now=now)
