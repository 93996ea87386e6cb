"""OpenLineage events as its specification 2-0-2 and the facets' own schemas require them, written down as JSON schemas.

Only what a receiver would refuse is here: required members, their types and forms, the enumerations.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from catalog.openlineage import EventType, Job, Origin, Table, event

TEXT, URI = {"type": "string"}, {"type": "string", "pattern": r"^https?://[^\s]+$"}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _facet(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return _object({"_producer": URI, "_schemaURL": URI, **required}, **optional)


FIELD = _object(
    {"namespace": TEXT, "name": TEXT, "field": TEXT},
    transformations={
        "type": "array",
        "items": _object(
            {"type": {"enum": ["DIRECT", "INDIRECT"]}}, subtype=TEXT, description=TEXT, masking={"type": "boolean"}
        ),
    },
)
FIELDS = {"type": "array", "items": FIELD}
DATASET = _object(
    {"namespace": TEXT, "name": {"type": "string", "minLength": 1}},
    facets=_object(
        {},
        schema=_facet({}, fields={"type": "array", "items": _object({"name": TEXT}, type=TEXT)}),
        version=_facet({"datasetVersion": TEXT}),
        columnLineage=_facet(
            {"fields": {"type": "object", "additionalProperties": _object({"inputFields": FIELDS})}}, dataset=FIELDS
        ),
    )
    | {"additionalProperties": _facet({})},
    outputFacets=_object({}, outputStatistics=_facet({}, rowCount={"type": "integer"}, size={"type": "integer"}))
    | {"additionalProperties": _facet({})},
)
EVENT = _object(
    {
        "eventTime": {"type": "string", "format": "date-time", "pattern": r"(Z|[+-]\d\d:\d\d)$"},
        "producer": URI,
        "schemaURL": {"type": "string", "pattern": r"^https://openlineage\.io/spec/2-0-2/OpenLineage\.json#/"},
        "run": _object(
            {"runId": {"type": "string", "format": "uuid"}},
            facets=_object({}, errorMessage=_facet({"message": TEXT, "programmingLanguage": TEXT}))
            | {"additionalProperties": _facet({})},
        ),
        "job": _object(
            {"namespace": TEXT, "name": TEXT},
            facets=_object({}, jobType=_facet({"processingType": TEXT, "integration": TEXT}, jobType=TEXT))
            | {"additionalProperties": _facet({})},
        ),
    },
    eventType={"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
    inputs={"type": "array", "items": DATASET},
    outputs={"type": "array", "items": DATASET},
)
CHECK = Draft202012Validator(EVENT, format_checker=FormatChecker())


def told(kind: EventType, **given: Any) -> dict[str, Any]:
    source = Table("postgres://db:5432", "police.public.hkrk", fields=[("xm", "as delivered")])
    target = Table("file", "/lake/raw/police_person", fields=[("xm", "string")], version="3", rows=2)
    origins = [Origin("name", source, "xm", changed=True), Origin("*", source, "bh")]
    job = Job("shuniu://370683", "collect.a", "https://hub.example", str(uuid4()), [source], [target], origins)
    found: dict[str, Any] = json.loads(json.dumps(event(job, kind, datetime(2026, 1, 1, tzinfo=UTC), **given)))
    return found


@pytest.mark.parametrize(("kind", "given"), [("START", {}), ("COMPLETE", {}), ("FAIL", {"failure": "column_lost"})])
def test_an_event_is_what_the_specification_asks_for(kind: EventType, given: dict[str, str]) -> None:
    assert [error.message for error in CHECK.iter_errors(told(kind, **given))] == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("run", "runId"), "one"),
        (("eventType",), "DONE"),
        (("eventTime",), "2026-01-01T00:00:00"),
        (("schemaURL",), "https://example.org"),
        (("outputs", 0, "outputFacets", "outputStatistics", "rowCount"), "2"),
        (("outputs", 0, "facets", "columnLineage", "fields", "name", "inputFields", 0, "field"), None),
        (("inputs", 0, "facets", "schema", "_schemaURL"), "schema"),
    ],
)
def test_the_check_finds_what_a_receiver_would_refuse(path: tuple[str | int, ...], wrong: Any) -> None:
    spoiled: Any = told("COMPLETE")
    place = spoiled
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert list(CHECK.iter_errors(spoiled))
