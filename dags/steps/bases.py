"""Build the base databases and topics from the standard tables."""

from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
from sqlalchemy import select

from catalog.actions import datasets, review_decisions, waivers
from catalog.database import open_reader, open_session
from catalog.errors import HubError
from catalog.models import Dataset
from catalog.settings import Settings
from dags.steps import lineage as telling
from lake.bases import Decisions, build, catalogue, delivered, known, lineage, topics

GROUPS = ("population", "legal_person", "spatial", "economy", "credit", "licence", "public_service", "topic")
TOPIC = "topic"
REQUIRED = frozenset({"population", "legal_person", "spatial"})
"""What a hub cannot be without: that nobody has delivered anything for these is an error, for the others it is not."""


def build_group(settings: Settings, group: str, *, clock: Callable[[], datetime]) -> dict[str, int]:
    """Build every table of `group`, in order. Returns table → rows. Raises the HubError of the first that fails.

    Each table is replaced whole by one Delta commit; what was published stays published until it is published anew.
    Outside of REQUIRED a table nobody has delivered anything for yet is left out.
    """
    _enter_once(settings, clock=clock)
    if group == TOPIC:
        return _build_topics(settings, clock=clock)
    wanted = (name for name in tables_of(settings, group) if group in REQUIRED or delivered(settings, name))
    return {name: _build(settings, name, clock=clock) for name in wanted}


def _build_topics(settings: Settings, *, clock: Callable[[], datetime]) -> dict[str, int]:
    """Build every topic whose inputs are there. One that fails, or cannot be used, is raised when all others stand."""
    built: dict[str, int] = {}
    failed = list(topics(settings).faults.values())
    for name in tables_of(settings, TOPIC):
        try:
            if delivered(settings, name):
                built[name] = _build(settings, name, clock=clock)
        except HubError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return built


def _enter_once(settings: Settings, *, clock: Callable[[], datetime]) -> None:
    """Enter the built tables into the catalogue if they are not there: a hub's first build must be able to publish."""
    models = known(settings)
    with open_session(settings) as session:
        there = set(session.scalars(select(Dataset.code).where(Dataset.code.in_(list(models)))))
        if missing := tuple(model for name, model in models.items() if name not in there):
            catalogue.register(session, bases=missing, known=models, hub_id=settings.hub_id, by="pipeline", now=clock())


def tables_of(settings: Settings, group: str) -> list[str]:
    """Names of the tables built for `group`: population and what belongs to it, spatial_*, topic_* and so on."""
    return [name for name in known(settings) if name == group or name.startswith(f"{group}_")]


def _build(settings: Settings, name: str, *, clock: Callable[[], datetime]) -> int:
    edges = lineage(name, settings)
    way = telling.building(settings, name, edges)
    with telling.step(settings, way, stage="build", dataset=name, agency="bureau", clock=clock) as step:
        built = build(
            settings, name, now=clock(), decisions=_decisions(settings, name), waived=_waived(settings, name, clock())
        )
        step.rows = built.rows
    with open_session(settings) as session:
        datasets.record_lineage(session, target=name, edges=edges, by="pipeline", now=clock())
    return built.rows


def _decisions(settings: Settings, name: str) -> Decisions | None:
    """What people decided on doubtful pairs of base `name`; None when nobody has decided anything."""
    with open_reader(settings) as session:
        said = review_decisions.newest(session, name)
        if not said:
            return None
        columns = {
            "record_l": [one.record_l for one in said],
            "record_r": [one.record_r for one in said],
            "verdict": [one.verdict for one in said],
        }
        return Decisions(pa.table(columns), max(one.decision_id for one in said))


def _waived(settings: Settings, name: str, now: datetime) -> frozenset[str]:
    """Guards of base `name` that a steward lets pass now."""
    with open_reader(settings) as session:
        return frozenset(waiver.rule_id for waiver in waivers.in_force(session, name, now))
