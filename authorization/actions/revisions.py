"""Let every API process know that what it remembers of accounts and grants no longer holds."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from authorization.models import AccessRevision


def advance(session: Session) -> None:
    """Count the revision up in the session's transaction: seen by others when, and only when, the change is."""
    changed = session.execute(
        update(AccessRevision).where(AccessRevision.revision_id == 1).values(number=AccessRevision.number + 1)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.add(AccessRevision(revision_id=1, number=1))
