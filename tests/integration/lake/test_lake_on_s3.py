"""The lake on a real S3 store: the same tables and promises, and one dataset's whole way from file to reader."""

import io
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from authorization.actions import accounts, grants
from catalog.actions import datasets, systems
from catalog.actions.agencies import register as register_agency
from catalog.contract_draft import Place, draft
from catalog.contracts import load_contract
from catalog.database import forget_engines, migrate, open_session
from catalog.errors import Conflict, Unavailable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps import judgement, publication, watch
from dags.steps.department import load
from demo.services import s3 as service
from demo.services.service import Service
from exchange_api.app import create_app
from lake import sources, tables
from lake.delta import files as delta_files
from lake.layout import Layout
from lake.profile import profile
from tests.factories.client import TestClient
from tests.factories.deliveries import a_contract

KEY = {"order_by": ("n",), "run_id": "compacted"}


@pytest.fixture
def hub(s3: Service, bucket: str, tmp_path: Path) -> Settings:
    """A hub whose lake is a bucket."""
    return Settings(
        home=tmp_path / "home",
        lake_url=f"s3://{bucket}/lake",
        s3_endpoint=f"http://{s3.host}:{s3.port}",
        s3_access_key=s3.user,
        s3_secret_key=s3.password,
        s3_allow_http=True,
        public_url="http://testserver",
    )


@pytest.fixture
def uri(hub: Settings) -> str:
    return Layout(hub.lake_url).standard("civil_person")


def numbers(uri: str, hub: Settings, version: int | None = None) -> list[int]:
    found: list[int] = tables.read(uri, version=version, settings=hub).column("n").to_pylist()
    return found


def test_a_table_lives_as_on_a_disk(hub: Settings, uri: str) -> None:
    assert tables.version(uri, settings=hub) is None
    tables.write(uri, pa.table({"n": [3, 1]}), run_id="first", settings=hub)
    assert not tables.write(uri, pa.table({"n": [3, 1]}), run_id="first", settings=hub).new
    tables.write(uri, pa.table({"n": [2]}), mode="append", run_id="second", settings=hub)
    tables.merge(uri, pa.table({"n": [2, 4]}), keys=["n"], run_id="third", settings=hub)
    assert sorted(numbers(uri, hub)) == [1, 2, 3, 4]
    assert numbers(uri, hub, version=0) == [3, 1]
    assert tables.compact(uri, settings=hub, **KEY).files == 1
    assert numbers(uri, hub) == [1, 2, 3, 4]
    assert [entry["run_id"] for entry in tables.history(uri, settings=hub)] == ["compacted", "third", "second", "first"]


def test_vacuum_takes_what_no_kept_version_needs_and_what_never_was_committed(
    hub: Settings, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        tables.write(uri, pa.table({"n": [number]}), mode="append", run_id=f"r{number}", settings=hub)
    with monkeypatch.context() as broken:
        broken.setattr(tables, "commit", _die)
        broken.setattr(tables, "remove_files", lambda *_given, **_options: None)  # killed: nobody tidies up
        with pytest.raises(KeyboardInterrupt):
            tables.write(uri, pa.table({"n": [9]}), mode="append", run_id="died", settings=hub)
    tables.compact(uri, settings=hub, **KEY)
    assert numbers(uri, hub) == [0, 1, 2]
    assert len(tables.vacuum(uri, keep_hours=24, settings=hub)) == 0
    assert len(tables.vacuum(uri, keep_hours=0, settings=hub)) == 4
    assert numbers(uri, hub) == [0, 1, 2]


def _die(*_given: object, **_options: object) -> None:
    raise KeyboardInterrupt


def test_appends_beside_each_other_all_stand_and_of_overwrites_one_wins(hub: Settings, uri: str) -> None:
    tables.write(uri, pa.table({"n": [0]}), run_id="begin", settings=hub)

    def append(number: int) -> str:
        tables.write(uri, pa.table({"n": [number]}), mode="append", run_id=f"a{number}", settings=hub)
        return "stands"

    assert at_once(append) == ["stands"] * 4
    assert sorted(numbers(uri, hub)) == [0, 1, 2, 3, 4]

    together = threading.Barrier(4)
    whole = tables.commit

    def overwrite(number: int) -> str:
        try:
            tables.write(uri, pa.table({"n": [number * 10]}), run_id=f"o{number}", settings=hub)
        except Conflict as error:
            return error.code
        return "stands"

    with pytest.MonkeyPatch.context() as patch:  # all have seen the same version before the first commits
        patch.setattr(tables, "commit", lambda *given: (together.wait(30), whole(*given))[1])
        ended = at_once(overwrite)
    assert sorted(ended) == ["stands", "table_changed", "table_changed", "table_changed"]
    assert numbers(uri, hub) == [10 * (ended.index("stands") + 1)]


def at_once(work: Callable[[int], str]) -> list[str]:
    """What each of four writers came to, started together."""
    ended: dict[int, str] = {}
    writers = [
        threading.Thread(target=lambda number=number: ended.update({number: work(number)}))  # type: ignore[misc]
        for number in range(1, 5)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    return [ended.get(number, "raised") for number in range(1, 5)]


def test_a_store_that_is_away_is_told_in_a_sentence(hub: Settings, uri: str) -> None:
    away = Settings(**(hub.model_dump() | {"s3_endpoint": "http://127.0.0.1:9"}))
    for attempt in (
        lambda: tables.version(uri, settings=away),
        lambda: tables.write(uri, pa.table({"n": [1]}), run_id="r", settings=away),
        lambda: delta_files.write_files(
            uri, pa.table({"n": [1]}).to_reader(), pa.schema([("n", pa.int64())]), run="r", settings=away
        ),
    ):
        with pytest.raises(Unavailable) as told:
            attempt()
        assert told.value.code == "store_unavailable"


def test_one_dataset_goes_the_whole_way_from_a_departments_file_to_its_reader(
    hub: Settings, s3: Service, bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "civil").mkdir()
    people = "".join(f"p{number:02d},莱州{number}\n" for number in range(50))
    (tmp_path / "civil" / "people.csv").write_text("编号,姓名\n" + people, encoding="utf-8")
    spec = SystemSpec("civil_files", "civil", "files", str(tmp_path / "civil"))
    enter(hub, spec, tmp_path)
    moment = datetime.now(UTC)
    batch = load(hub, "civil_person", clock=lambda: moment)
    assert batch is not None
    assert load(hub, "civil_person", clock=lambda: moment) is None, "the same delivery twice is once"
    assert judgement.judge_waiting(hub, clock=lambda: moment) == {}
    assert publication.publish_all(hub, clock=lambda: moment) == {}
    everybody = sorted(f"p{number:02d}" for number in range(50))
    assert read(hub) == (everybody, everybody)
    staged = Layout(hub.lake_url).staging("civil_person", batch).removeprefix("s3://")
    store = service.store(s3)
    assert store.get_file_info(staged).is_file
    assert watch.clean(hub, now=moment, keep=timedelta(days=7))["staged"] == 1
    assert not store.get_file_info(staged).is_file
    assert not (hub.home / "lake" / "raw").exists(), "rows are in the bucket, not on this machine"
    forget_engines()


def enter(hub: Settings, spec: SystemSpec, tmp_path: Path) -> None:
    """Register the department, its system and the contract drafted from its file, with a key."""
    migrate(hub)
    found = profile(hub, sources.peek(hub, spec, replace(a_contract(), items=()), keep=tmp_path / "peek").reader)
    text = draft(Place("civil_person", "civil", spec.code, "*.csv", {}, None), found)
    for blank, said in (("status: draft", "status: active"), ("classification: ''", "classification: L1")):
        text = text.replace(blank, said)
    text = re.sub(r"(property: personal\n\s+value:) ''", r"\1 none", text)
    hub.contracts_dir.mkdir(parents=True)
    path = hub.contracts_dir / "civil_person.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    now = datetime.now(UTC)
    with open_session(hub) as session:
        register_agency(session, code="civil", name_zh="民政局", name_en="Civil", by="t", now=now)
        register_agency(session, code="housing", name_zh="住建局", name_en="Housing", by="t", now=now)
        systems.register(session, settings=hub, spec=spec, by="t", now=now)
        datasets.register_contract(session, contract=load_contract(path), hub_id=hub.hub_id, by="t", now=now)


def read(hub: Settings) -> tuple[list[str], list[str]]:
    """The key values a recipient reads, as records and from the files of a share."""
    key = load_contract(hub.contracts_dir / "civil_person.odcs.yaml").keys[0]
    now = datetime.now(UTC)
    by: dict[str, Any] = {"by": "t", "now": now}
    with open_session(hub) as session:
        names: dict[str, Any] = {"name_zh": "程序", "name_en": "Program"}
        accounts.create(session, login="program", agency="housing", kind="service", roles=["consumer"], **names, **by)
        token = accounts.issue_token(session, login="program", label="t", days=1, **by)
        terms: dict[str, Any] = {"purpose": "核查", "legal_basis": "条例", "masks": {}}
        terms |= {"valid_from": now - timedelta(hours=1), "valid_until": now + timedelta(days=1)}
        grants.issue(session, code="housing_1", agency="housing", dataset="civil_person", items=[key], **terms, **by)
    with TestClient(create_app(hub), headers={"Authorization": f"Bearer {token}"}) as client:
        rows = client.get("/api/v1/datasets/civil_person/records", params={"purpose": "核查"}).json()["rows"]
        table = client.post("/delta-sharing/shares/housing/schemas/civil/tables/civil_person/query", json={})
        files = [line["file"]["url"] for line in map(json.loads, table.text.splitlines()) if "file" in line]
        shared = [
            pq.read_table(io.BytesIO(client.get(urlsplit(url).path + "?" + urlsplit(url).query).content))
            for url in files
        ]
    return sorted(row[key] for row in rows), sorted(pa.concat_tables(shared).column(key).to_pylist())
