"""A real S3 store as a department's folder: objects are taken like files, and what goes wrong is one sentence."""

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import fs

from catalog.errors import ConfigurationError, HubError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo.services import s3 as service
from demo.services.service import Service
from lake import sources, storage
from lake.engines.duckdb import connect
from lake.loading import deliveries, ingest, raw
from lake.sources import s3 as source
from lake.sources import watching
from lake.sources.places import remote
from tests.factories.deliveries import NOW, a_contract, a_registry_with

ROWS = "编号,姓名\n{},莱州\n"


@pytest.fixture
def spec(s3: Service, bucket: str) -> SystemSpec:
    return SystemSpec(
        "civil_s3",
        "civil",
        "s3",
        f"s3://{bucket}/上报/",
        {"endpoint": f"http://{s3.host}:{s3.port}"},
        {"access_key": s3.user, "secret_key": s3.password},
    )


@pytest.fixture
def department(s3: Service) -> fs.S3FileSystem:
    """The store as the department writes to it."""
    return service.store(s3)


def put(department: fs.S3FileSystem, spec: SystemSpec, name: str, text: str) -> None:
    with department.open_output_stream(spec.location.removeprefix("s3://") + name) as stream:
        stream.write(text.encode())


def numbers(spec: SystemSpec, tmp_path: Path, *, since: str | None = None, **given: object) -> list[str]:
    delivery = sources.read(
        Settings(home=tmp_path / "home"), spec, a_contract(**given), since=since, keep=tmp_path / "keep"
    )
    found: list[str] = delivery.reader.read_all().column("编号").to_pylist()
    return found


def refused(kind: type[HubError], spec: SystemSpec, tmp_path: Path, **given: object) -> HubError:
    with pytest.raises(kind) as error:
        numbers(spec, tmp_path, **given)
    return error.value


def test_objects_are_taken_in_order_of_name_and_kept_as_they_came(
    spec: SystemSpec, department: fs.S3FileSystem, settings: Settings
) -> None:
    for name in ("b.csv", "a.csv", "c.txt", ".hidden.csv"):
        put(department, spec, name, ROWS.format(name[0]))
    contract = a_contract(system=spec.code)
    hub = a_registry_with(settings, contract)
    batch = ingest.collect(hub, contract, spec, now=NOW, by="steward")
    with connect(hub) as connection:
        stored = f'SELECT "编号" FROM {raw.relation(hub, contract.dataset, batch.batch_id)} ORDER BY _row'
        assert connection.execute(stored).fetchall() == [("a",), ("b",)]
    kept = deliveries.folder(hub, contract.dataset, batch.batch_id)
    assert {path.name: path.read_text() for path in kept.iterdir()} == {
        f"{name}.csv": ROWS.format(name) for name in "ab"
    }
    assert not ingest.collect(hub, contract, spec, now=NOW, by="steward").new


def test_an_append_takes_each_object_once_and_a_pattern_may_name_folders(
    spec: SystemSpec, department: fs.S3FileSystem, tmp_path: Path
) -> None:
    for month in ("2026-01", "2026-02"):
        put(department, spec, f"{month}/{month}.csv", ROWS.format(month))
    assert numbers(spec, tmp_path, mode="append", locator="*/*.csv") == ["2026-01", "2026-02"]
    assert numbers(spec, tmp_path, mode="append", locator="**/*.csv", since="2026-01.csv") == ["2026-02"]
    assert refused(SourceUnreachable, spec, tmp_path, locator="*.csv").code == "file_missing"
    assert refused(SourceUnreachable, spec, tmp_path, locator="../*").code == "file_missing"


def test_what_a_store_refuses_or_does_not_have_is_one_sentence_without_the_key(
    spec: SystemSpec, department: fs.S3FileSystem, tmp_path: Path
) -> None:
    put(department, spec, "a.csv", ROWS.format("a"))
    for login in ({"access_key": "nobody", "secret_key": "wrong-secret"}, spec.secret | {"secret_key": "wrong-secret"}):
        error = refused(SourceRefused, replace(spec, secret=login), tmp_path)
        assert error.code == "source_refused"
        assert "wrong-secret" not in str(error)
    assert refused(SourceRefused, replace(spec, secret={}), tmp_path).code == "source_refused"
    other = replace(spec, location="s3://no-such-bucket-here/x")
    assert refused(SourceUnreachable, other, tmp_path).code == "folder_missing"
    assert refused(SourceUnreachable, replace(spec, location=spec.location + "none"), tmp_path).code == "folder_missing"
    assert refused(ConfigurationError, replace(spec, location="/tmp/x"), tmp_path).code == "location_invalid"


def test_a_store_that_is_away_or_silent_does_not_hold_the_hub(
    spec: SystemSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "ANSWER_SECONDS", 1)
    away = replace(spec, options={"endpoint": "http://127.0.0.1:9"})
    assert refused(SourceUnreachable, away, tmp_path).code == "source_unreachable"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        spec = replace(spec, options={"endpoint": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        assert refused(SourceUnreachable, spec, tmp_path).code == "source_unreachable"


def test_an_object_that_changes_while_it_is_read_is_not_taken(
    spec: SystemSpec, department: fs.S3FileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(department, spec, "a.csv", ROWS.format("a"))
    listed = source.Prefix.entries

    def then_written(*given: object) -> list[remote.Entry]:
        found = listed(*given)  # type: ignore[arg-type]
        put(department, spec, "a.csv", ROWS.format("longer"))
        return found

    monkeypatch.setattr(source.Prefix, "entries", then_written)
    assert refused(SourceUnreadable, spec, tmp_path).code == "file_unreadable"


def test_what_lies_under_the_prefix_is_seen_without_taking_any_of_it(
    spec: SystemSpec, department: fs.S3FileSystem
) -> None:
    contract = a_contract(system=spec.code, locator="**/*.csv")
    assert watching.look(spec, contract) == watching.Seen(ours=False)
    put(department, spec, "a.csv", ROWS.format("a"))
    first = watching.look(spec, contract)
    assert [(name, size > 10) for name, size, *_ in first.files] == [("a.csv", True)]
    assert abs(first.newest - time.time()) < 600
    put(department, spec, "c.txt", "x")
    assert watching.look(spec, contract) == first
    put(department, spec, "九月/b.csv", ROWS.format("b"))
    assert {name for name, *_ in watching.look(spec, contract).files} == {"a.csv", "九月/b.csv"}
