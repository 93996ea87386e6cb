"""A delivery that cannot be taken: kept as it came where it came as files, registered as held, and put on a ticket.

The ticket is the department's (rule `delivery`); the next delivery that can be brought to the standards closes it. The
same fault night after night is one held batch and one ticket.
"""

import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.actions import batches, erasures, tickets
from catalog.contracts import Contract
from catalog.database import open_session
from catalog.errors import HubError
from catalog.identifiers import batch_id
from catalog.models import Batch
from catalog.settings import Settings
from lake.loading import deliveries

RULE = "delivery"
WITHOUT_FILES = frozenset(("column_lost", "column_retyped", "count_differs", "sums_differ"))
"""What is wrong with a delivery itself, and not with the way to it: held although a database leaves no files."""


def hold(settings: Settings, contract: Contract, error: HubError, *, now: datetime, by: str) -> None:
    """Register a held batch with the sentence that says why; nothing when no delivery came, or it is held already."""
    files = deliveries.came(settings, contract.dataset)
    if not files and error.code not in WITHOUT_FILES:
        return
    mark = deliveries.fingerprint(files, deliveries.reading(contract)) if files else _mark(contract, error)
    with open_session(settings) as session:
        unkept = bool(files) and bool(erasures.marks(session))
        known = _newest(session, contract.dataset)
        same = known is not None and (known.status, known.fingerprint) == ("held", mark)
        name = known.batch_id if same and known else batch_id(contract.dataset, mark, now.astimezone(UTC))
        if not same:
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
            batches.hold(session, batch_id=name, error=_without_files(error) if unkept else error, by=by, now=now)
        put_on_ticket(session, settings, contract, error, by=by, now=now)
    if unkept:  # nobody looked into them: they may hold a person who was erased by law
        deliveries.discard(settings, contract.dataset)
        return
    # After the registry: the next run, if this one dies here, finds the batch and gives it the files.
    deliveries.settle(settings, contract.dataset, name)


def _without_files(error: HubError) -> HubError:
    """The same error, saying that the files are not kept."""
    zh = f"{error.zh}本库有依法删除的人员，未经核对的交付文件不留存，更正后请重新交付。"
    en = f"{error.en} Persons were erased by law, so files nobody could check for them are not kept: deliver again."
    return type(error)(zh, en, code=error.code, **error.parts)


def put_on_ticket(
    session: Session, settings: Settings, contract: Contract, error: HubError, *, by: str, now: datetime
) -> None:
    """Open the department's ticket about its delivery, or open it again; one that is open already stays as it is."""
    tickets.bring_up(
        session,
        dataset=contract.dataset,
        agency=contract.agency,
        rule_id=RULE,
        severity="block",
        error=error,
        working_days=settings.ticket_working_days,
        by=by,
        now=now,
    )


def settle_ticket(session: Session, dataset: str, *, by: str, now: datetime) -> None:
    """Close the ticket about the delivery, if there is one: the department has delivered what can be used."""
    text = "新交付已入湖，自动关闭 / a later delivery was taken"
    tickets.settle(session, dataset=dataset, rule_id=RULE, text=text, by=by, now=now)


def _newest(session: Session, dataset: str) -> Batch | None:
    query = select(Batch).where(Batch.dataset == dataset)
    return session.scalars(query.order_by(Batch.collected_at.desc(), Batch.batch_id.desc()).limit(1)).first()


def _mark(contract: Contract, error: HubError) -> str:
    told = json.dumps([contract.dataset, error.code, error.parts], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
