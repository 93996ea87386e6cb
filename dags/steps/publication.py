"""Judge the built tables and publish what passed the gate: standard tables by their last verdict, built ones now."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from catalog import queries
from catalog.actions import datasets, runs
from catalog.classification import check_classified, unclassified
from catalog.contract_review import is_draft
from catalog.contracts import Contract, load_contract
from catalog.database import open_reader, open_session
from catalog.errors import HubError
from catalog.models import Dataset
from catalog.settings import Settings
from dags.steps.kept_back import contract_is_draft, not_published
from lake import tables
from lake.bases import base, known, topics
from lake.layout import Layout
from quality.figures import profile
from quality.rules.derivation import built_contract, rules_for
from quality.rules.rule import FIT
from quality.run import judge_table
from quality.tickets import follow


@dataclass
class Publishing:
    """dataset → sentence: of those that failed on the way, and of those kept back by their verdict; and the others."""

    failed: dict[str, str] = field(default_factory=dict)
    kept_back: dict[str, str] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)


def publish_all(settings: Settings, *, clock: Callable[[], datetime]) -> dict[str, str]:
    """Publish every table whose verdict is good. Returns dataset → sentence for those that failed on the way."""
    return publish(settings, clock=clock).failed


def publish(settings: Settings, *, clock: Callable[[], datetime], only: Collection[str] | None = None) -> Publishing:
    """Publish every table (of `only` those datasets) whose verdict is good; what was not published, and why."""
    done = Publishing()
    layout, gone = Layout(settings.lake_url), _taken_out(settings)
    for code, agency, zone in _catalogued(settings):
        if (only is not None and code not in only) or code in gone:
            continue
        uri = layout.standard(code) if zone == "standard" else _built_uri(layout, code, zone)
        if tables.version(uri, settings=settings) is None:
            continue  # never delivered, or never built: nothing to publish
        try:
            kept_back = _publish(settings, code, agency, zone, uri, clock=clock)
        except HubError as error:
            done.failed[code] = error.sentence(settings.language)
            continue
        if kept_back is not None:
            done.kept_back[code] = kept_back.sentence(settings.language)
        else:
            done.published.append(code)
    return done


def _taken_out(settings: Settings) -> frozenset[str]:
    """Topics of the catalogue that nobody declares any more: their tables are built and published no further."""
    there = {*known(settings), *topics(settings).faults}
    return frozenset(code for code, _, zone in _catalogued(settings) if zone == "topic" and code not in there)


def _catalogued(settings: Settings) -> list[tuple[str, str, str]]:
    with open_reader(settings) as session:
        query = select(Dataset.code, Dataset.agency, Dataset.zone).where(Dataset.origin != "upper")
        query = query.order_by(Dataset.zone.desc(), Dataset.code)
        return [(code, agency, zone) for code, agency, zone in session.execute(query)]


def _built_uri(layout: Layout, code: str, zone: str) -> str:
    return layout.topic(code) if zone == "topic" else layout.base(code)


def _publish(
    settings: Settings, code: str, agency: str, zone: str, uri: str, *, clock: Callable[[], datetime]
) -> HubError | None:
    """Publish one table; where its verdict is not good, why it was not: the step's record says so, too."""
    with runs.step(settings, stage="publish", dataset=code, agency=agency, clock=clock) as step:
        promised = _promised(settings, code, zone)
        if promised is not None and is_draft(promised):
            step.note = contract_is_draft(code)
            return step.note
        verdict_id, fit = _verdict(settings, code, zone, uri, clock=clock)
        if not fit:
            with open_reader(settings) as session:
                step.note = not_published(session, code, verdict_id)
            return step.note
        _check_columns(settings, code, uri)
        step.rows = tables.rows(uri, settings=settings)
        with open_session(settings) as session:
            datasets.publish(
                session,
                dataset=code,
                uri=uri,
                delta_version=tables.version(uri, settings=settings) or 0,
                rows=step.rows,
                verdict_id=verdict_id,
                by="pipeline",
                now=clock(),
            )
        profile.take(settings, code, uri, now=clock())
    return None


def _promised(settings: Settings, code: str, zone: str) -> Contract | None:
    """The contract of a standard table or declared topic; the hub's own bases and topics have none."""
    if zone == "standard":
        return load_contract(settings.contracts_dir / f"{code}.odcs.yaml")
    return base(code, settings).contract


def _check_columns(settings: Settings, code: str, uri: str) -> None:
    """Raise ContractBroken for a column that the catalogue, and so its classification, does not know."""
    with open_reader(settings) as session:
        known = {item.name for item in queries.items(session, code)}
    names = [name for name in tables.schema(uri, settings=settings).names if not name.startswith("_")]
    if forgotten := [name for name in names if name not in known]:
        raise unclassified(code, forgotten)


def _verdict(
    settings: Settings, code: str, zone: str, uri: str, *, clock: Callable[[], datetime]
) -> tuple[str | None, bool]:
    if zone != "standard":
        model = base(code, settings)
        built = model.contract or built_contract(code, model.items)
        if model.contract is not None:
            check_classified(code, built.items, grade=built.grade, sharing=built.sharing)
        verdict = judge_table(settings, code, uri, rules_for(built), now=clock())
        follow(settings, built, verdict)
        return verdict.verdict_id, verdict.outcome in FIT
    contract = load_contract(settings.contracts_dir / f"{code}.odcs.yaml")  # without a valid one nothing is published
    check_classified(code, contract.items, grade=contract.grade, sharing=contract.sharing)
    with open_reader(settings) as session:
        last = queries.last_verdict(session, code)
    return (last.verdict_id, last.outcome in FIT) if last else (None, False)
