"""Run events as OpenLineage 2-0-2 has them: what ran, on which tables, which column came from which. Pure.

Facets: schema, columnLineage, outputStatistics, version, jobType, errorMessage. Names follow the OpenLineage naming
rules; an event never holds a data value or a credential.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

EVENT_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
ROW = "*"
"""As an item: the row as a whole, which decides whether and where values stand (joins, filters), not what they are."""
EventType = Literal["START", "COMPLETE", "FAIL"]


@dataclass(frozen=True)
class Table:
    """A table or file set. `fields`: (column, type); `version`: of a Delta table; `rows`: what a step wrote to it."""

    namespace: str
    name: str
    fields: Sequence[tuple[str, str]] = ()
    version: str = ""
    rows: int | None = None


@dataclass(frozen=True)
class Origin:
    """`item` of an output is made from `source_item` of `source`; an item '*' is the row as a whole."""

    item: str
    source: Table
    source_item: str
    changed: bool = False


@dataclass(frozen=True)
class Job:
    """What ran: `name` as stage.dataset in the namespace of the hub; `producer` is the hub's own URL."""

    namespace: str
    name: str
    producer: str
    run_id: str
    inputs: Sequence[Table] = ()
    outputs: Sequence[Table] = ()
    origins: Sequence[Origin] = field(default_factory=tuple)


def place(uri: str) -> tuple[str, str]:
    """Namespace and name of a folder or an s3:// URL."""
    parts = urlsplit(uri)
    if parts.scheme in ("s3", "sftp"):
        return f"{parts.scheme}://{parts.hostname or ''}", parts.path.strip("/") or "/"
    return "file", parts.path if parts.scheme == "file" else uri


def system_place(kind: str, location: str, locator: str, schema: str = "") -> tuple[str, str]:
    """Namespace and name of a department's table, file pattern, path or topic; never its login or what is asked of it.

    A location with a port that is none, registered before ports were checked, is named without it.
    """
    parts = urlsplit(location)
    if not parts.scheme or kind in ("files", "sqlite", "ndjson"):
        namespace, folder = place(location.removeprefix("sqlite:///"))
        return namespace, f"{folder.rstrip('/')}/{locator}"
    scheme = {"postgresql": "postgres"}.get(parts.scheme, parts.scheme)
    port = _port(parts)
    if parts.scheme in ("http", "https"):
        locator = locator.partition("?")[0].partition("#")[0]
    table = locator if "." in locator or not schema else f"{schema}.{locator}"
    named = [part for part in (parts.path.strip("/"), table.strip("/")) if part]
    separator = "/" if parts.scheme in ("http", "https", "mqtt", "mqtts") else "."
    return f"{scheme}://{parts.hostname or ''}{port}", separator.join(named)


def _port(parts: SplitResult) -> str:
    try:
        return f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""


def event(job: Job, kind: EventType, at: datetime, *, failure: str = "") -> dict[str, Any]:
    """One run event, ready to be sent as JSON. `failure`: the code of what went wrong; a sentence may name files."""
    said = {"message": failure, "programmingLanguage": "Python"}
    return {
        "eventType": kind,
        "eventTime": at.isoformat(),
        "producer": job.producer,
        "schemaURL": EVENT_SCHEMA,
        "run": {
            "runId": job.run_id,
            "facets": _facet(job, "errorMessage", "1-0-1/ErrorMessageRun", said, when=failure),
        },
        "job": {
            "namespace": job.namespace,
            "name": job.name,
            "facets": _facet(
                job,
                "jobType",
                "2-0-3/JobTypeJob",
                {"processingType": "BATCH", "integration": "SHUNIU", "jobType": "TASK"},
            ),
        },
        "inputs": [_table(job, table) for table in job.inputs],
        "outputs": [_output(job, table) for table in job.outputs],
    }


def _table(job: Job, table: Table) -> dict[str, Any]:
    columns = [{"name": name, "type": kind} for name, kind in table.fields]
    return {
        "namespace": table.namespace,
        "name": table.name,
        "facets": {
            **_facet(job, "schema", "1-1-1/SchemaDataset", {"fields": columns}, when=columns),
            **_facet(
                job, "version", "1-0-1/DatasetVersionDataset", {"datasetVersion": table.version}, when=table.version
            ),
        },
    }


def _output(job: Job, table: Table) -> dict[str, Any]:
    told = _table(job, table)
    lineage = _column_lineage(job.origins)
    told["facets"] |= _facet(job, "columnLineage", "1-2-0/ColumnLineageDataset", lineage, when=job.origins)
    counted = {"rowCount": table.rows}
    told["outputFacets"] = _facet(
        job, "outputStatistics", "1-0-2/OutputStatisticsOutputDataset", counted, when=table.rows is not None
    )
    return told


def _column_lineage(origins: Iterable[Origin]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    of_row: list[dict[str, Any]] = []
    for origin in origins:
        told = _input_field(origin)
        if origin.item == ROW:
            of_row.append(told)
        else:
            fields.setdefault(origin.item, {"inputFields": []})["inputFields"].append(told)
    return {"fields": fields, **({"dataset": of_row} if of_row else {})}


def _input_field(origin: Origin) -> dict[str, Any]:
    if ROW in (origin.item, origin.source_item):
        how = {"type": "INDIRECT", "subtype": "JOIN", "description": "", "masking": False}
    else:
        subtype = "TRANSFORMATION" if origin.changed else "IDENTITY"
        how = {"type": "DIRECT", "subtype": subtype, "description": "", "masking": False}
    return {
        "namespace": origin.source.namespace,
        "name": origin.source.name,
        "field": origin.source_item,
        "transformations": [how],
    }


def _facet(job: Job, name: str, schema: str, content: Mapping[str, Any], *, when: object = True) -> dict[str, Any]:
    """The facet under its name, or nothing where there is nothing to say."""
    if not when:
        return {}
    return {name: {"_producer": job.producer, "_schemaURL": f"{FACETS}/{schema}Facet.json", **content}}
