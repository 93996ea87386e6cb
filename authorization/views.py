"""Lists of grants for the doors: which of them a caller may know of."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from authorization.access import Caller
from authorization.models import AccessGrant
from authorization.permissions import Permission
from catalog.models import Dataset


def grants_of(session: Session, *, caller: Caller) -> list[AccessGrant]:
    """Grants made to the caller or on datasets of the caller's agency, by code; all for ALL_GRANTS_READ."""
    query = select(AccessGrant).order_by(AccessGrant.code)
    if not caller.may(Permission.ALL_GRANTS_READ):
        own_data = select(Dataset.code).where(Dataset.agency == caller.agency)
        received = (AccessGrant.agency == caller.agency) & AccessGrant.account.in_(("", caller.login))
        query = query.where(or_(received, AccessGrant.dataset.in_(own_data)))
    return list(session.scalars(query))
