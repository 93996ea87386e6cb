"""Register deliveries, and move them along: collected, standardised, judged; or held with a sentence."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.errors import HubError, NotFound
from catalog.models import Batch


def register(
    session: Session,
    *,
    batch_id: str,
    dataset: str,
    system: str,
    rows: int,
    fingerprint: str,
    position: str | None,
    message: tuple[str, str] = ("", ""),
    by: str,
    now: datetime,
) -> Batch:
    """Register a delivery whose raw rows are durable. The same batch id twice is once.

    message: what reconciliation found, in Chinese and English.
    """
    known = session.get(Batch, batch_id)
    if known is not None:
        return known
    batch = Batch(
        batch_id=batch_id,
        dataset=dataset,
        system=system,
        rows=rows,
        fingerprint=fingerprint,
        position=position,
        status="collected",
        collected_at=now,
        message_zh=message[0],
        message_en=message[1],
    )
    session.add(batch)
    record(session, tag=EventTag.BATCH_REGISTERED, subject=batch_id, by=by, now=now, details={"rows": rows})
    return batch


def advance(session: Session, *, batch_id: str, status: str, message: tuple[str, str] | None = None) -> None:
    """Set how far a batch has come ('standardised', 'judged'). The step that did it is recorded as a RunStep.

    message: instead of why it was held, where a held batch is tried again ('collected').
    """
    batch = _batch(session, batch_id)
    batch.status = status
    if message is not None:
        batch.message_zh, batch.message_en = message


def hold(session: Session, *, batch_id: str, error: HubError, by: str, now: datetime) -> None:
    """Keep a batch as delivered and go no further with it; the error's sentence says why."""
    batch = _batch(session, batch_id)
    batch.status, batch.message_zh, batch.message_en = "held", error.zh, error.en
    record(session, tag=EventTag.BATCH_HELD, subject=batch_id, by=by, now=now, details={"code": error.code})


def _batch(session: Session, batch_id: str) -> Batch:
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound(
            f"没有批次 {batch_id}。请核对批次号。",
            f"There is no batch {batch_id}. Check the id.",
            code="batch_unknown",
            batch=batch_id,
        )
    return batch
