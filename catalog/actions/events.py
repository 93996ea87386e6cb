"""The registry's own trail: which change, to what, by whom. Use of data is recorded in catalog.audit, not here."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from catalog.models import Event


class EventTag(StrEnum):
    """`subject:action`, alphabetical. Each is documented in docs/reference/events.md."""

    ACCOUNT_CREATED = "account:created"
    ACCOUNT_DISABLED = "account:disabled"
    ACCOUNT_SIGNED_IN = "account:signed_in"
    ACCOUNT_SIGNED_OUT = "account:signed_out"
    ACCOUNT_TOKEN_ISSUED = "account:token_issued"  # noqa: S105  # a name, not a token
    ACCOUNT_TOKEN_REVOKED = "account:token_revoked"  # noqa: S105  # likewise
    AGENCY_REGISTERED = "agency:registered"
    BATCH_HELD = "batch:held"
    BATCH_REGISTERED = "batch:registered"
    DATASET_PUBLISHED = "dataset:published"
    DATASET_REGISTERED = "dataset:registered"
    DATASET_RETIRED = "dataset:retired"
    ERASURE_ASKED = "erasure:asked"
    ERASURE_BEGUN = "erasure:begun"
    ERASURE_DECIDED = "erasure:decided"
    ERASURE_DONE = "erasure:done"
    ERASURE_RETURNED = "erasure:returned"
    GRANT_ISSUED = "grant:issued"
    GRANT_REVOKED = "grant:revoked"
    LINEAGE_RECORDED = "lineage:recorded"
    REVIEW_DECIDED = "review:decided"
    SOURCE_DESIGNATED = "source:designated"
    STANDARD_PROPOSED = "standard:proposed"
    STANDARD_REVIEWED = "standard:reviewed"
    SYSTEM_REGISTERED = "system:registered"
    TICKET_ANSWERED = "ticket:answered"
    TICKET_CLOSED = "ticket:closed"
    TICKET_COMMENTED = "ticket:commented"
    TICKET_ESCALATED = "ticket:escalated"
    TICKET_MEASURED = "ticket:measured"
    TICKET_OPENED = "ticket:opened"
    TICKET_REOPENED = "ticket:reopened"
    USAGE_DELIVERED = "usage:delivered"
    USAGE_REPORTED = "usage:reported"
    VERDICT_RECORDED = "verdict:recorded"
    WAIVER_GRANTED = "waiver:granted"
    WAIVER_REVOKED = "waiver:revoked"


def record(
    session: Session,
    *,
    tag: EventTag,
    subject: str,
    by: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Add one Event to the session's transaction. `details` never holds data values or secrets."""
    event = Event(tag=tag.value, subject=subject, by=by, at=now, details=dict(details or {}))
    session.add(event)
    return event
