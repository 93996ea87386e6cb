"""A step that tells where its rows came from: catalog.actions.runs.step, and OpenLineage events around it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from catalog import lineage_log, openlineage
from catalog.actions import runs
from catalog.contracts import Contract
from catalog.database import open_reader
from catalog.errors import HubError
from catalog.models import Dataset
from catalog.openlineage import EventType, Job, Origin, Table
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import tables
from lake.layout import Layout

log = logging.getLogger(__name__)
UNKNOWN = "internal"


@dataclass(frozen=True)
class Way:
    """What a step reads and writes. `columns`: (item written, place among inputs, item read); `changed`: not copied."""

    inputs: Sequence[Table]
    output: str
    columns: Sequence[tuple[str, int, str]] = field(default_factory=tuple)
    changed: bool = False


@contextmanager
def step(
    settings: Settings, way: Way, *, stage: str, dataset: str, agency: str, clock: Callable[[], datetime]
) -> Iterator[runs.Step]:
    """Like runs.step, with a START event before and a COMPLETE or FAIL event after; FAIL tells the error's code."""
    name = f"shuniu://{settings.hub_id}", f"{stage}.{dataset}"
    job = Job(*name, settings.public_url, str(uuid4()), way.inputs, [_named(way.output)])
    _tell(settings, job, "START", clock())
    try:
        with runs.step(settings, stage=stage, dataset=dataset, agency=agency, clock=clock) as done:
            yield done
    except BaseException as error:
        # The sentence is for this hub's own pages: it may name delivered files, and the receiver is somebody else's.
        said = error.code if isinstance(error, HubError) else UNKNOWN
        _tell(settings, job, "FAIL", clock(), failure=said)
        raise
    with _unharmed():
        _tell(settings, _finished(settings, job, way, done.rows), "COMPLETE", clock())


def _finished(settings: Settings, job: Job, way: Way, rows: int) -> Job:
    """The job with what is known only afterwards: columns, versions, rows, which column came from which."""
    written = replace(in_lake(settings, way.output), rows=rows)
    origins = [Origin(item, way.inputs[place], source, way.changed) for item, place, source in way.columns]
    inputs = [table if table.fields else _described(settings, table) for table in way.inputs]
    return replace(job, inputs=inputs, outputs=[written], origins=origins)


def collecting(settings: Settings, contract: Contract, spec: SystemSpec) -> Way:
    """A department's table or files → the raw zone, column by column as they are."""
    schema = str(spec.options.get("schema", ""))
    place = openlineage.system_place(spec.kind, spec.location, contract.locator, schema)
    names = [item.source_name or item.name for item in contract.items]
    source = Table(*place, fields=[(name, "as delivered") for name in names])
    return Way([source], Layout(settings.lake_url).raw(contract.dataset), [(name, 0, name) for name in names])


def standardising(settings: Settings, contract: Contract) -> Way:
    """The raw zone → the batch staged for judgement, item by item brought to its data element."""
    columns = [(item.name, 0, item.source_name or item.name) for item in contract.items]
    raw = _named(Layout(settings.lake_url).raw(contract.dataset))
    return Way([raw], _staging(settings, contract), columns, changed=True)


def judging(settings: Settings, contract: Contract) -> Way:
    """The staged batch → the standard table: the rows that broke no blocking rule, as they are."""
    columns = [(item.name, 0, item.name) for item in contract.items]
    fields = [(item.name, item.kind) for item in contract.items]
    staged = replace(_named(_staging(settings, contract)), fields=fields)
    return Way([staged], Layout(settings.lake_url).standard(contract.dataset), columns)


def _staging(settings: Settings, contract: Contract) -> str:
    return f"{settings.lake_url.rstrip('/')}/staging/{contract.dataset}"


def building(settings: Settings, name: str, edges: Sequence[tuple[str, str, str]]) -> Way:
    """Standard and base tables → a base table. edges: (item, table read, its item)."""
    read = list(dict.fromkeys(table for _, table, _ in edges))
    columns = [(item, read.index(table), source) for item, table, source in edges]
    zones = _zones(settings)
    inputs = [_named(_uri(settings, table, zones)) for table in read]
    return Way(inputs, _uri(settings, name, zones), columns, changed=True)


def in_lake(settings: Settings, uri: str) -> Table:
    """A table of the lake with its columns and version; one that is not there (yet) by name only."""
    named, version = _named(uri), tables.version(uri, settings=settings)
    if version is None:
        return named
    fields = [(column.name, str(column.type)) for column in tables.schema(uri, version, settings=settings)]
    return replace(named, fields=fields, version=str(version))


def _named(uri: str) -> Table:
    return Table(*openlineage.place(uri))


def _described(settings: Settings, table: Table) -> Table:
    uri = table.name if table.namespace == "file" else f"{table.namespace}/{table.name}"
    return in_lake(settings, uri)


def _zones(settings: Settings) -> dict[str, str]:
    with open_reader(settings) as session:
        return {code: zone for code, zone in session.execute(select(Dataset.code, Dataset.zone))}


def _uri(settings: Settings, name: str, zones: dict[str, str]) -> str:
    layout = Layout(settings.lake_url)
    return {"base": layout.base, "topic": layout.topic}.get(zones.get(name, ""), layout.standard)(name)


def _tell(settings: Settings, job: Job, kind: EventType, at: datetime, *, failure: str = "") -> None:
    with _unharmed():
        lineage_log.emit(settings, openlineage.event(job, kind, at, failure=failure))


@contextmanager
def _unharmed() -> Iterator[None]:
    """What a step has done is done, whether or not it can be told."""
    try:
        yield
    except (HubError, OSError) as error:
        log.warning("an event of lineage was not recorded (%s)", type(error).__name__)
