"""How places are named in OpenLineage events, and how lineage of whole rows differs from that of columns."""

from datetime import UTC, datetime

import pytest

from catalog.openlineage import Job, Origin, Table, event, place, system_place


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        ("/var/lake/raw/a", ("file", "/var/lake/raw/a")),
        ("file:///var/lake/raw/a", ("file", "/var/lake/raw/a")),
        ("s3://bucket/lake/raw/a", ("s3://bucket", "lake/raw/a")),
    ],
)
def test_tables_of_the_lake_are_named_by_where_they_lie(uri: str, named: tuple[str, str]) -> None:
    assert place(uri) == named


@pytest.mark.parametrize(
    ("kind", "location", "locator", "named"),
    [
        ("postgresql", "postgresql://u:secret@db:5432/police", "hkrk", ("postgres://db:5432", "police.public.hkrk")),
        ("postgresql", "postgresql://db/police", "open.v", ("postgres://db", "police.open.v")),
        ("mysql", "mysql://db:3306/health", "birth", ("mysql://db:3306", "health.public.birth")),
        ("sqlite", "sqlite:////srv/a.sqlite", "t", ("file", "/srv/a.sqlite/t")),
        ("files", "/srv/drop", "*.csv", ("file", "/srv/drop/*.csv")),
        ("files", "s3://drop/in", "*.csv", ("s3://drop", "in/*.csv")),
        ("rest", "https://api.example/v1", "/people", ("https://api.example", "v1/people")),
        ("rest", "https://api.example/v1", "/people?id=1#x", ("https://api.example", "v1/people")),
        ("rest", "https://api.example:x/v1", "/people", ("https://api.example", "v1/people")),
        ("mqtt", "mqtt://broker:1883", "water/#", ("mqtt://broker:1883", "water/#")),
    ],
)
def test_departments_systems_are_named_without_their_login(
    kind: str, location: str, locator: str, named: tuple[str, str]
) -> None:
    schema = "" if kind in ("rest", "mqtt") else "public"
    assert system_place(kind, location, locator, schema) == named


def test_columns_and_whole_rows_are_told_apart() -> None:
    source = Table("file", "/lake/standard/a")
    origins = [Origin("name", source, "xm", changed=True), Origin("*", source, "id"), Origin("no", source, "no")]
    job = Job(
        "shuniu://370683", "build.population", "http://hub", "r1", [source], [Table("file", "/b", rows=0)], origins
    )
    told = event(job, "COMPLETE", datetime(2026, 1, 1, tzinfo=UTC))
    (output,) = told["outputs"]
    lineage = output["facets"]["columnLineage"]
    kinds = {
        name: field["inputFields"][0]["transformations"][0]["subtype"] for name, field in lineage["fields"].items()
    }
    assert kinds == {"name": "TRANSFORMATION", "no": "IDENTITY"}
    assert [(of_row["field"], of_row["transformations"][0]["type"]) for of_row in lineage["dataset"]] == [
        ("id", "INDIRECT")
    ]
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 0
    assert "errorMessage" not in told["run"]["facets"]
    for facet in (
        output["facets"]["columnLineage"],
        output["outputFacets"]["outputStatistics"],
        told["job"]["facets"]["jobType"],
    ):
        assert facet["_producer"] == "http://hub"
        assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")
