"""Which change a correction (校核) explains: of that record and item, by who was asked, while it was not settled."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from catalog.actions import tickets
from catalog.database import open_session
from catalog.settings import Settings
from exchange_api.views import corrected
from lake.bases import base, catalogue, known
from lake.bases.history import Statement

ASKED = datetime(2026, 11, 3, tzinfo=UTC)
POPULATION, WHO, SOMEBODY = base("population"), "P00000000000000a1", "P00000000000000b2"


def said(days: int, field: str = "address", agency: str | None = "police") -> Statement:
    """Something the hub came to know so many days after the correction."""
    return Statement(field, "x" if agency else None, date(2026, 11, 1), ASKED + timedelta(days=days), agency)


@pytest.fixture
def catalogued(registry: Settings) -> Settings:
    """A registry that knows the bases."""
    with open_session(registry) as session:
        models = known(registry)
        catalogue.register(
            session, bases=(POPULATION,), known=models, hub_id=registry.hub_id, by="test", now=ASKED
        )  # fmt: skip
    return registry


def raised(session: Session, record: str = WHO, item: tuple[str, str] | None = ("住址", "Address")) -> str:
    words = corrected.marked(record, "不符") if record else "不符"
    return tickets.open_correction(
        session, dataset="population", agency="police", raised_by="housing", text=words, item=item, by="t", now=ASKED
    ).ticket_id  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "which"),
    [
        pytest.param([said(-1), said(1), said(2)], 1, id="the first after it, and that alone"),
        pytest.param([said(-1)], None, id="none before it"),
        pytest.param([said(1, field="name")], None, id="none of another field"),
        pytest.param([said(1, agency="civil"), said(2)], 1, id="none of a department that was not asked"),
        pytest.param([said(1, agency=None)], 0, id="a value taken back"),
    ],
)
def test_a_change_is_put_down_to_the_correction_it_follows(
    catalogued: Settings, changes: list[Statement], which: int | None
) -> None:
    with open_session(catalogued) as session:
        number = raised(session)
        found = corrected.changes(catalogued, session, POPULATION, WHO, changes)
        assert found == ({} if which is None else {changes[which]: number})
        assert corrected.changes(catalogued, session, POPULATION, SOMEBODY, changes) == {}


def test_after_it_was_closed_nothing_is_put_down_to_it(catalogued: Settings) -> None:
    with open_session(catalogued) as session:
        number = raised(session)
        tickets.close(session, ticket_id=number, text="不属实", by="t", now=ASKED + timedelta(days=2))
        assert corrected.changes(catalogued, session, POPULATION, WHO, [said(3)]) == {}
        assert corrected.changes(catalogued, session, POPULATION, WHO, [said(1)]) == {said(1): number}


@pytest.mark.parametrize(("record", "item"), [("", ("住址", "Address")), (WHO, None)])
def test_a_correction_that_names_no_record_or_no_item_explains_nothing(
    catalogued: Settings, record: str, item: tuple[str, str] | None
) -> None:
    with open_session(catalogued) as session:
        raised(session, record, item)
        assert corrected.changes(catalogued, session, POPULATION, WHO, [said(1)]) == {}
