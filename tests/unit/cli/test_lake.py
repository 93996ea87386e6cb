"""`shuniu lake`: looking after tables and looking into them; a published version keeps its files, a look its record."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog import lineage_log
from catalog.actions import datasets
from catalog.database import forget_engines, open_session
from catalog.openlineage import Job, Table, event
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from tests.factories.deliveries import a_contract, a_registry_with
from tests.unit.cli.conftest import Shuniu

NAME = "civil_person"


@pytest.fixture
def lake(settings: Settings) -> Settings:
    """A registry with one dataset, and its standard table in three versions."""
    a_registry_with(settings, a_contract())
    for number in range(3):
        rows = pa.table({"n": [number], "secret": ["张"]})
        tables.write(Layout(settings.lake_url).standard(NAME), rows, mode="append", run_id=f"r{number}")
    forget_engines()
    return settings


def told(said: Any) -> Any:
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_compacting_leaves_the_rows_and_fewer_files(shuniu: Shuniu, lake: Settings) -> None:
    found = told(shuniu("lake", "compact", "standard", NAME, "--json", home=lake.home))
    assert (found["files_before"], found["files"], found["rows"]) == (3, 1, 3)
    rows = told(shuniu("lake", "read", "standard", NAME, "--json", home=lake.home))
    assert [row["n"] for row in rows] == [0, 1, 2]
    assert shuniu("lake", "compact", "raw", NAME, home=lake.home).code == 1


def test_status_lists_every_table_that_is_there_also_those_no_catalogue_entry_names(
    shuniu: Shuniu, lake: Settings
) -> None:
    layout, rows = Layout(lake.lake_url), pa.table({"n": [1, 2]})
    beside = {
        ("findings", NAME): layout.findings(NAME),
        ("profile", NAME): layout.profile(NAME),
        ("base", "population_links"): layout.base("population_links"),
        ("base", "population_review"): layout.base("population_review"),
        ("topic", "made_up"): layout.topic("made_up"),
    }
    for uri in beside.values():
        tables.write(uri, rows, mode="append", run_id="r")
    (Path(layout.zone("base")) / "no_table").mkdir()
    found = {(one["zone"], one["table"]): one for one in told(shuniu("lake", "status", "--json", home=lake.home))}
    assert set(found) == {("standard", NAME), *beside}
    assert {found[place]["uri"] for place in beside} == set(beside.values())
    assert (found["standard", NAME]["rows"], found["standard", NAME]["version"]) == (3, 2)
    assert "population_links" in shuniu("lake", "status", home=lake.home).out


def test_the_status_of_an_empty_lake_is_a_sentence_for_people_and_no_rows_for_programs(
    shuniu: Shuniu, settings: Settings
) -> None:
    a_registry_with(settings)
    forget_engines()
    assert told(shuniu("lake", "status", "--json", home=settings.home)) == []
    assert shuniu("lake", "status", home=settings.home).out.strip() == "湖中还没有数据。"


def test_a_table_is_read_as_it_was_and_the_look_is_on_record(shuniu: Shuniu, lake: Settings) -> None:
    uri = Layout(lake.lake_url).standard(NAME)
    moments = {entry["version"]: entry["timestamp"] for entry in tables.history(uri)}
    then = datetime.fromtimestamp(moments[1] / 1000, UTC).isoformat()
    rows = told(shuniu("lake", "read", "standard", NAME, "--known", then, "--columns", "n", "--json", home=lake.home))
    assert rows == [{"n": 0}, {"n": 1}]
    assert len(told(shuniu("lake", "read", "standard", NAME, "--version", "0", "--json", home=lake.home))) == 1
    assert shuniu("lake", "read", "standard", NAME, "--as-of", "2001-01-01T00:00Z", home=lake.home).code == 1
    assert shuniu("lake", "read", "standard", NAME, "--as-of", "yesterday", home=lake.home).code == 2
    refused = shuniu("lake", "read", "standard", NAME, "--known", "2999-01-01", home=lake.home)
    assert (refused.code, "所知时间在现在之后" in refused.err) == (2, True)
    refused = shuniu("lake", "read", "standard", NAME, "--known", then, "--version", "0", home=lake.home)
    assert (refused.code, "--version 与 --known 不能一起用" in refused.err, refused.out) == (2, True, "")
    assert shuniu("lake", "read", "standard", NAME, "--columns", "none", home=lake.home).code == 1
    written = [json.loads(line) for file in lake.audit_dir.rglob("*.jsonl") for line in file.read_bytes().splitlines()]
    looks = sorted((one for one in written if one["surface"] == "cli:lake:standard"), key=lambda one: one["at"])
    assert [(look["dataset"], look["version"], look["rows"], look["items"]) for look in looks] == [
        (NAME, 1, 2, ["n"]),
        (NAME, 0, 1, ["n", "secret"]),
    ]
    assert all(look["actor"].startswith("cli:") for look in looks)


@pytest.mark.parametrize("verb", ["read", "history", "compact", "vacuum"])
def test_a_slip_in_the_name_of_a_table_is_told_with_the_name_that_was_meant(
    shuniu: Shuniu, lake: Settings, verb: str
) -> None:
    refused = shuniu("lake", verb, "standard", "civil_persom", home=lake.home)
    assert refused.code == 1
    assert "库区 standard 中没有表 civil_persom（是否为 civil_person？）" in refused.err
    told_in_english = shuniu("lake", verb, "standard", "civil_persom", home=lake.home, language="en").err
    assert "no table civil_persom (did you mean civil_person?)" in told_in_english
    unlike = shuniu("lake", verb, "base", "civil_person", home=lake.home)
    assert (unlike.code, "是否为" in unlike.err, "没有表 civil_person。" in unlike.err) == (1, False, True)


def test_vacuum_takes_what_nobody_needs_but_no_file_of_a_published_version(shuniu: Shuniu, lake: Settings) -> None:
    uri = Layout(lake.lake_url).standard(NAME)
    (Path(uri) / "part-orphan.parquet").write_bytes(b"left by a run that broke off")
    assert told(shuniu("lake", "vacuum", "standard", NAME, "--json", home=lake.home))["removed"] == 0
    assert shuniu("lake", "vacuum", "standard", NAME, "--keep-hours", "1", home=lake.home).code == 2
    with open_session(lake) as session:
        datasets.publish(
            session, dataset=NAME, uri=uri, delta_version=0, rows=1, verdict_id=None, by="test", now=datetime.now(UTC)
        )
    forget_engines()
    refused = shuniu("lake", "vacuum", "standard", NAME, home=lake.home)
    assert (refused.code, NAME in refused.err) == (1, True)


def test_lineage_lists_what_steps_told(shuniu: Shuniu, lake: Settings) -> None:
    assert "还没有" in shuniu("lake", "lineage", home=lake.home).out
    job = Job(
        "shuniu://370683", "collect.a", "http://hub", "r1", [Table("file", "/in/*.csv")], [Table("file", "/raw/a")]
    )
    lineage_log.emit(lake, event(job, "COMPLETE", datetime(2026, 1, 1, tzinfo=UTC)))
    shown = shuniu("lake", "lineage", "--dataset", "a", home=lake.home).out
    assert "collect.a" in shown
    assert "raw/a" in shown
    assert told(shuniu("lake", "lineage", "--json", home=lake.home))[0]["job"]["name"] == "collect.a"
    assert told(shuniu("lake", "lineage", "--dataset", "b", "--json", home=lake.home)) == []
