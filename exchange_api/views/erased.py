"""An id no base knows because its person was erased by law: whoever verifies that must not be told the id is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.models import Erasure


@contextmanager
def told_if_erased(session: Session, entity: str) -> Iterator[None]:
    """Say of an unknown id that it was erased, where it was. Erasures are looked at for an unknown id alone."""
    try:
        yield
    except NotFound as error:
        if error.code == "entity_unknown" and (number := _number(session, entity)) is not None:
            raise _erased(entity, number) from None
        raise


def _number(session: Session, entity: str) -> int | None:
    query = select(Erasure.erasure_id).where(Erasure.entity == entity, Erasure.status == "done")
    return session.scalars(query.order_by(Erasure.erasure_id.desc()).limit(1)).first()


def _erased(entity: str, number: int) -> NotFound:
    return NotFound(
        f"{entity} 已依法删除（编号 {number}），库中不再有该人员。",
        f"{entity} was erased by law (number {number}): no base has the person any more.",
        code="entity_erased",
        entity=entity,
        erasure=number,
    )
