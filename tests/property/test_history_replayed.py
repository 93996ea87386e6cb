"""History of slowly changing rows: replayed at any moment it is the snapshot of that moment, whatever came and went."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import history
from tests.factories.deliveries import a_contract, an_item

CONTRACT = a_contract(
    items=(an_item("number", key=True, required=True), an_item("name"), an_item("place")),
    options={"history": "scd2"},
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
Row = tuple[str | None, str | None]
VALUES = st.sampled_from([None, "", "张", "李"])
SNAPSHOTS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.tuples(VALUES, VALUES), max_size=4), min_size=1, max_size=5
)


def moment(turn: int) -> datetime:
    return BEGIN + timedelta(days=turn)


def take(hub: Settings, turn: int, snapshot: dict[str, Row]) -> int:
    names, places = (pa.array([row[at] for row in snapshot.values()], pa.string()) for at in (0, 1))
    batch = pa.array([f"b{turn}"] * len(snapshot), pa.string())
    rows = pa.table({"number": pa.array(list(snapshot), pa.string()), "name": names, "place": places, "_batch": batch})
    tables.write(Layout(hub.lake_url).standard(CONTRACT.dataset), rows, run_id=f"judge:{turn}")
    return history.record(hub, CONTRACT, f"b{turn}", moment(turn))


def rows_of(hub: Settings, relation: str) -> dict[str, Row]:
    with connect(hub, functions=False) as connection:
        found = connection.execute(f"SELECT number, name, place FROM {relation}").fetchall()
    assert len({number for number, _, _ in found}) == len(found)
    return {number: (name, place) for number, name, place in found}


@given(SNAPSHOTS)
@settings(max_examples=25, deadline=None)
def test_history_replayed_is_every_snapshot_there_was(snapshots: list[dict[str, Row]]) -> None:
    with TemporaryDirectory() as home:
        hub = Settings(home=Path(home))
        for turn, snapshot in enumerate(snapshots):
            take(hub, turn, snapshot)
            assert history.record(hub, CONTRACT, f"b{turn}", moment(turn)) == 0
        for turn, snapshot in enumerate(snapshots):
            for later in (timedelta(0), timedelta(hours=23)):
                assert rows_of(hub, history.as_of(hub, CONTRACT.dataset, moment(turn) + later)) == snapshot
        assert rows_of(hub, history.current(hub, CONTRACT.dataset)) == snapshots[-1]
        with connect(hub, functions=False) as connection:
            whole = tables.scan(Layout(hub.lake_url).history(CONTRACT.dataset))
            empty = connection.execute(f"SELECT count(*) FROM {whole} WHERE valid_to <= valid_from").fetchall()
        assert empty == [(0,)]
