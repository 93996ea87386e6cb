"""An erased person stands in no file of the lake any more, stays out, and the hub goes on as before."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from catalog import queries
from catalog.actions import batches, datasets, erasures
from catalog.database import forget_engines, open_reader, open_session
from catalog.errors import Conflict
from catalog.models import Batch, Event, Ticket
from catalog.settings import Settings
from demo.services.service import Service
from lake import tables
from lake.bases import BASES, base, build, history, locking
from lake.bases.state import REDIRECTS
from lake.erasing import rules
from lake.erasing.carry_out import carry_out
from lake.erasing.marks import forms
from lake.erasing.subject import subject_of
from lake.erasing.sweeping import remove_shared
from lake.layout import ZONES, Layout
from lake.loading import deliveries, ingest, raw
from lake.reading import projection
from tests.factories import erased
from tests.factories.deliveries import a_contract, a_folder
from tests.factories.erased import NOW, NUMBER, OTHER, PLANTED, found
from tests.factories.registries import registry_of
from tests.factories.standard_tables import batch_of, hold, read

LATER = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, registry_server: Service | None) -> Iterator[tuple[Settings, str]]:
    with registry_of(registry_server) as url:
        settings = Settings(home=tmp_path_factory.mktemp("county"), registry_url=url)
        entity = erased.fill(settings)
        forget_engines()
        yield settings, entity


@contextmanager
def a_county(filled: tuple[Settings, str], home: Path, server: Service | None) -> Iterator[tuple[Settings, str]]:
    """The filled county with an approved erasure, in a place of its own."""
    before, entity = filled
    shutil.copytree(before.home, home)
    with registry_of(server, before.registry_url) as url:
        settings = Settings(home=home, registry_url=url)
        _move(settings, before.home)
        erased.approve(settings, entity)
        yield settings, entity
        forget_engines()


@pytest.fixture
def county(
    filled: tuple[Settings, str], tmp_path: Path, registry_server: Service | None
) -> Iterator[tuple[Settings, str]]:
    """See a_county."""
    with a_county(filled, tmp_path / "home", registry_server) as found:
        yield found


@pytest.fixture(scope="module")
def whole(
    filled: tuple[Settings, str], tmp_path_factory: pytest.TempPathFactory, registry_server: Service | None
) -> int:
    """Rows an erasure counts that nobody kills."""
    with a_county(filled, tmp_path_factory.mktemp("whole") / "home", registry_server) as (settings, _):
        (rows,) = carry_out(settings, now=NOW, by="t").values()
    return rows


def _move(settings: Settings, before: Path) -> None:
    with open_session(settings) as session:
        for version in queries.published_all(session).values():
            version.uri = version.uri.replace(str(before), str(settings.home))


def state(settings: Settings) -> dict[str, list[dict[str, object]]]:
    """Every table's rows."""
    lake = Path(settings.lake_url)
    return {
        str(log.parent.relative_to(lake)): sorted(read(settings, str(log.parent)), key=repr)
        for log in sorted(lake.glob("*/*/_delta_log"))
    }


def bound(tables: dict[str, list[dict[str, object]]]) -> set[object]:
    """The records that stand in a pair."""
    return {row[side] for row in tables["base/population_weighed"] for side in ("record_l", "record_r")}


def test_no_file_of_the_lake_holds_an_erased_person(county: tuple[Settings, str]) -> None:
    settings, entity = county
    assert {one.partition(": ")[2] for one in found(settings)} == set(PLANTED)
    before = state(settings)
    theirs = {row["record"] for row in before["base/population_prepared"] if row["known_id"] == NUMBER}
    assert theirs
    assert theirs & bound(before)
    (rows,) = carry_out(settings, now=NOW, by="t").values()
    assert rows > 10
    assert found(settings) == []
    after = state(settings)
    assert not theirs & bound(after)
    assert len(bound(after)) == 2, "what was found out of everybody else is still remembered"
    # No delivered file was searched: every one of a dataset that told of them is gone, packed or not.
    assert [path.parent.parent.name for path in (settings.home / "deliveries").rglob("a.csv*")] == ["land_parcel"]
    # Everybody else, and what is no person, stands as before.
    assert [row["name"] for row in after["base/population"]] == ["李建国"]
    assert [row["编号"] for row in after["raw/police_person"]] == ["2", "2"]
    (firm,) = after["base/legal_person"]
    assert (firm["name"], firm["legal_representative"], firm["legal_representative_id"]) == (
        "莱州永丰果品商店",
        None,
        None,
    )
    assert {row["name"] for row in after["raw/market_enterprise"]} == {"莱州永丰果品商店"}
    assert len(after["base/population_history"]) == sum(
        row["person_id"] != entity for row in before["base/population_history"]
    )
    with open_reader(settings) as session:
        published = queries.published_all(session)["population"]
        told = [
            (one.tag, one.details)
            for one in session.query(Event).filter(Event.tag.startswith("erasure:")).order_by(Event.event_id)
        ]
        notices = [(one.dataset, one.agency, one.rule_id) for one in session.query(Ticket)]
    assert [
        row["name"]
        for row in tables.read(published.uri, version=published.delta_version, settings=settings).to_pylist()
    ] == ["李建国"]
    assert [tag for tag, _ in told] == ["erasure:asked", "erasure:decided", "erasure:begun", "erasure:done"]
    assert not [value for value in PLANTED if value in repr(told)]
    # Whose cells were only emptied is told as well: the person still stands in that department's own system.
    assert sorted(notices) == [("market_enterprise", "market", "erasure.1"), ("police_person", "police", "erasure.1")]


def test_after_one_erasure_and_a_vacuum_the_next_person_is_erased_as_well(county: tuple[Settings, str]) -> None:
    settings, first = county
    carry_out(settings, now=NOW, by="t")
    people = Layout(settings.lake_url).base("population")
    (other,) = [str(row["person_id"]) for row in read(settings, people)]
    # What a night's upkeep leaves in the log is no newer version either.
    (Path(people) / "left-by-nobody.parquet").write_bytes(b"")
    assert tables.vacuum(people, keep_hours=0, settings=settings)
    assert other != first
    asked = erased.approve(settings, other)
    assert list(carry_out(settings, now=NOW, by="t")) == [asked]
    assert read(settings, people) == []


@pytest.mark.slow
def test_the_night_after_builds_on_without_them_and_without_telling_history_anew(county: tuple[Settings, str]) -> None:
    settings, _ = county
    carry_out(settings, now=NOW, by="t")
    uri = Layout(settings.lake_url).base("population_history")
    before = tables.rows(uri, settings=settings)
    hold(settings, "police_person", erased.OTHERS, day=15)
    build(settings, "population", now=LATER)
    assert tables.rows(uri, settings=settings) == before
    (row,) = read(settings, Layout(settings.lake_url).base("population"))
    line = history.timeline(history.statements(settings, base("population"), str(row["person_id"])))
    assert {one.said.value for one in history.on_day(line, date(2026, 11, 20)) if one.said.field == "resident_id"} == {
        OTHER
    }
    assert found(settings) == []


@pytest.mark.slow
@pytest.mark.parametrize(("call", "times"), [("_publish", 1), ("edit", 5), ("edit", 14), ("sweep", 3)])
def test_killed_anywhere_and_run_again_it_comes_to_the_same_end(
    county: tuple[Settings, str], whole: int, call: str, times: int
) -> None:
    settings, _ = county
    said = f"carry_out_until(Path({str(settings.home)!r}), {call!r}, {times})"
    code = f"from pathlib import Path; from tests.factories.erased import carry_out_until; {said}"
    forget_engines()
    died = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert died.returncode == -9, died.stderr.decode()[-2000:]
    (rows,) = carry_out(settings, now=NOW, by="t").values()
    assert rows == whole, "rows are counted by the commits, whoever made them"
    assert found(settings) == []
    with open_reader(settings) as session:
        assert [one.status for one in erasures.listed(session)] == ["done"]
    assert [row["name"] for row in read(settings, Layout(settings.lake_url).base("population"))] == ["李建国"]
    assert carry_out(settings, now=NOW, by="t") == {}


def test_nothing_is_touched_while_a_batch_is_on_its_way_or_a_newer_version_waits(county: tuple[Settings, str]) -> None:
    settings, _ = county
    before = state(settings)
    with open_session(settings) as session:
        name = session.query(Batch).first().batch_id  # type: ignore[union-attr]
        batches.advance(session, batch_id=name, status="standardised")
    with pytest.raises(Conflict) as waiting:
        carry_out(settings, now=NOW, by="t")
    assert waiting.value.code == "erasure_not_quiet"
    with open_session(settings) as session:
        batches.advance(session, batch_id=name, status="judged")
    uri = Layout(settings.lake_url).base("population")
    tables.write(uri, tables.read(uri, settings=settings), run_id="unfit", settings=settings)
    with pytest.raises(Conflict) as unfit:
        carry_out(settings, now=NOW, by="t")
    assert unfit.value.code == "version_published"
    assert state(settings) == before


@pytest.mark.slow
def test_who_was_erased_is_kept_out_of_the_next_delivery_and_only_stewards_are_told_of_it(
    county: tuple[Settings, str], tmp_path: Path
) -> None:
    settings, _ = county
    carry_out(settings, now=NOW, by="t")
    folder = a_folder(tmp_path / "in")
    lower = NUMBER.lower()
    assert lower != NUMBER
    again = f"编号,证件号,姓名,住址\n1,,{erased.NAME},x\n2,{OTHER},李建国,x\n3,{lower},某,x\n"
    again += f"4,{lower},欧阳 霖霏,x\n5,{NUMBER},,x\n"
    (Path(folder.location) / "a.csv").write_text(again, encoding="utf-8")
    contract = a_contract(dataset="police_person", agency="police", items=erased.POLICE.items)
    batch = ingest.collect(settings, contract, folder, now=LATER, by="t")
    uri = Layout(settings.lake_url).raw("police_person")
    rows = [row for row in read(settings, uri) if row["_batch"] == batch.batch_id]
    assert [row["编号"] for row in rows] == ["2"]
    assert batch.rows == 5, "rows are told as delivered"
    committed = raw.newest(settings, "police_person")
    assert (committed.rows, committed.left_out) == (5, 4)  # type: ignore[union-attr]
    with open_reader(settings) as session:
        told = session.get_one(Batch, batch.batch_id)
        assert (told.rows, told.message_zh, told.message_en) == (5, "", ""), "who delivers is told nothing"
        noted = session.query(Event).filter_by(tag="batch:registered", subject=batch.batch_id).one()
        assert noted.details == {"rows": 5}
        (event,) = erasures.returns(session)
        # Number 3 alone came with a name that was not theirs: perhaps somebody else's row with a wrong number.
        counted = {"dataset": "police_person", "rows": 4, "other_name": 1, "left_out": 4}
        assert (event.subject, event.details) == (batch.batch_id, counted)
        assert (erasures.left_out(session, batch.batch_id), erasures.left_out(session, "another")) == (4, 0)
    assert found(settings) == []
    same = ingest.collect(settings, contract, folder, now=LATER, by="t")
    assert (same.new, same.batch_id) == (False, batch.batch_id)
    with open_reader(settings) as session:
        assert len(erasures.returns(session)) == 1


def test_a_firm_keeps_its_row_without_its_erased_representative(county: tuple[Settings, str], tmp_path: Path) -> None:
    settings, _ = county
    carry_out(settings, now=NOW, by="t")
    folder = a_folder(tmp_path / "in")
    text = f"record_no,name,legal_representative,legal_representative_id\n9,莱州永丰果品商店,{erased.NAME},{NUMBER}\n"
    (Path(folder.location) / "a.csv").write_text(text, encoding="utf-8")
    contract = a_contract(dataset="market_enterprise", agency="market", items=erased.MARKET.items)
    batch = ingest.collect(settings, contract, folder, now=LATER, by="t")
    uri = Layout(settings.lake_url).raw("market_enterprise")
    (row,) = [row for row in read(settings, uri) if row["_batch"] == batch.batch_id]
    assert batch.rows == 1
    with open_reader(settings) as session:
        assert erasures.left_out(session, batch.batch_id) == 0, "its row is there, with cells emptied"
    assert (row["name"], row["legal_representative"], row["legal_representative_id"]) == (
        "莱州永丰果品商店",
        None,
        None,
    )


def test_files_for_recipients_go_also_where_the_lake_lies_in_an_object_store(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, lake_url="s3://county/lake")
    made = projection.folder(settings, "f00d") / "a.parquet"
    made.parent.mkdir(parents=True)
    made.touch()
    remove_shared(settings)
    assert not made.exists()


@pytest.mark.slow
def test_a_held_delivery_goes_where_its_dataset_tells_of_persons(county: tuple[Settings, str]) -> None:
    settings, _ = county
    told = erased.contract("civil_widow", "hrss", erased.item("name", "person_name", personal="general"))
    silent = erased.contract("land_use", "hrss", erased.item("parcel", "record_no"))
    with open_session(settings) as session:
        for one in (told, silent):
            datasets.register_contract(session, contract=one, hub_id=settings.hub_id, by="t", now=NOW)
            name = batch_of(one.dataset)
            batches.register(
                session, batch_id=name, dataset=one.dataset, system="s", rows=0, fingerprint=name, position=None,
                by="t", now=NOW,
            )  # fmt: skip
            batches.hold(session, batch_id=name, error=Conflict("x", "x", code="column_lost"), by="t", now=NOW)
            deliveries.folder(settings, one.dataset, name).mkdir(parents=True)
    carry_out(settings, now=NOW, by="t")
    there = [deliveries.folder(settings, one.dataset, batch_of(one.dataset)).exists() for one in (told, silent)]
    assert there == [False, True]


def test_an_erasure_and_a_build_keep_out_of_each_others_way(county: tuple[Settings, str]) -> None:
    settings, _ = county
    with locking.building(settings), locking.building(settings), pytest.raises(Conflict) as building:
        carry_out(settings, now=NOW, by="t")
    with locking.none_building(settings), pytest.raises(Conflict) as erasing:
        build(settings, "population", now=LATER)
    assert (building.value.code, erasing.value.code) == ("build_running", "erasure_running")


def test_every_zone_and_every_table_beside_a_base_has_its_rule(filled: tuple[Settings, str]) -> None:
    lake = filled[0].home / "lake"
    layout = Layout(str(lake))
    zones = {
        Path(getattr(layout, name)(*(["x_y", batch_of("x_y")][: 2 if name == "staging" else 1])))
        .relative_to(lake)
        .parts[0]
        for name, what in vars(Layout).items()
        if callable(what) and not name.startswith("_") and name not in {"zone", "found"}
    }
    removed_as_files = {"staging", "shared"}
    assert zones | {path.name for path in lake.iterdir()} <= {*ZONES} | removed_as_files
    there = {path.name for path in (lake / "base").iterdir()}
    # A model is there once there are records enough to learn it from.
    assert {f"population_{part}" for part in rules.BESIDE - {"model"}} <= there
    written = {name for one in BASES for name in one.tables}
    beside = {f"{one.name}_{part}" for one in BASES for part in (rules.BESIDE_TEXTS if one.texts else rules.BESIDE)}
    assert there <= written | beside, "a new table beside a base needs its rule in lake/erasing/rules.py"


def test_an_erasure_whose_id_merged_away_is_not_called_done_and_may_be_taken_back(county: tuple[Settings, str]) -> None:
    settings, entity = county
    links, redirects = (Layout(settings.lake_url).base(f"population_{part}") for part in ("links", "redirects"))
    moved = [{"old": entity, "to": "Pother", "reason": "merged", "at": NOW}]
    tables.write(redirects, pa.Table.from_pylist(moved, schema=REDIRECTS), run_id="merged", settings=settings)
    assert subject_of(settings, "Pother").former == {entity}
    held = tables.read(links, settings=settings)
    under = pc.if_else(pc.equal(held["person_id"], entity), "Pother", held["person_id"])
    renamed = held.set_column(held.schema.get_field_index("person_id"), "person_id", under)
    tables.write(links, renamed, run_id="merged", settings=settings)
    with pytest.raises(Conflict) as error:
        carry_out(settings, now=NOW, by="t")
    assert error.value.code == "erasure_entity_moved"
    with open_session(settings) as session:
        (moved,) = erasures.listed(session)
        assert moved.status == "approved"
        erasures.decide(
            session, erasure_id=moved.erasure_id, approve=False, refusal="not_the_person", reason="已并入他人",
            by="another", now=NOW,
        )  # fmt: skip
    assert carry_out(settings, now=NOW, by="t") == {}


def test_a_number_is_known_in_both_its_forms() -> None:
    assert forms(f" {NUMBER.lower()} ") == {NUMBER, erased.OLD_NUMBER}
    assert forms("37068320150316102X") == {"37068320150316102X"}
