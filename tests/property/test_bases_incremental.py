"""A base built on from the last build is, row by row, the one that building afresh gives, in every table beside it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import bases_data
from catalog.settings import Settings
from lake import tables
from lake.bases import base, build
from lake.layout import Layout

NOW = datetime(2026, 11, 3, tzinfo=UTC)
MOMENTS = {"history": "known_from", "redirects": "at"}
"""Tables that tell when the hub came to know something: each build its own moment."""
BUILT = ("population", "legal_person")
SOURCES = ("police_person", "hrss_insurance", "education_pupil", "market_enterprise", "tax_payer")
KINDS = ("drop", "no number", "other name", "other address", "again", "newly delivered")
changes = st.lists(
    st.tuples(st.sampled_from(SOURCES), st.integers(0, 10_000), st.sampled_from(KINDS)), min_size=1, max_size=10
)


@pytest.fixture(scope="module", autouse=True)
def learning() -> Iterator[None]:
    """Even so small a city learns its own model: only under one does a build remember what it compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lake.matching.resolve.TRAIN_FROM", 100)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city, built once."""
    home = tmp_path_factory.mktemp("city")
    bases_data.fill(Settings(home=home), 500, 23)
    for name in BUILT:
        build(Settings(home=home), name, now=NOW)
    return home


def changed(row: dict[str, object], kind: str, turn: int) -> list[dict[str, object]]:
    """What becomes of one delivered row."""
    batch = f"{str(row['_batch']).partition('-')[0]}-202611{turn + 2:02d}t010000-0123abcd"
    key = next(name for name in ("person_no", "insurance_no", "pupil_no", "record_no", "taxpayer_no") if name in row)
    number = next((name for name in ("resident_id", "uscc") if name in row), None)
    said = {
        "no number": {number: None},
        "other name": {"name": "欧阳若兰"},
        "other address": {"address": "山东省莱州市新城街道东风路8号2号楼301室"},
        "newly delivered": {"_batch": batch},
    }
    if kind == "drop":
        return []
    if kind == "again":
        return [row, {**row, "_batch": batch, key: f"{row[key]}{turn}"}]
    return [{**row, "_batch": batch, **said[kind]}]


def deliver(given: Settings, wanted: list[tuple[str, int, str]], turn: int) -> None:
    """Write the standard tables anew with the changes of one turn."""
    for dataset in {name for name, _, _ in wanted}:
        uri = Layout(given.lake_url).standard(dataset)
        held = tables.read(uri, settings=given)
        rows = [[row] for row in held.to_pylist()]
        for _, place, kind in (one for one in wanted if one[0] == dataset):
            at = place % len(rows)
            rows[at] = [after for row in rows[at][:1] for after in changed(row, kind, turn)]
        flat = [row for several in rows for row in several]
        tables.write(uri, pa.Table.from_pylist(flat, schema=held.schema), run_id=f"turn {turn}", settings=given)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=changes, second=changes)
def test_a_base_built_on_is_the_base_built_afresh(built: Path, tmp_path_factory, first, second) -> None:
    on, afresh = (Settings(home=tmp_path_factory.mktemp(name)) for name in ("on", "afresh"))
    for home in (on, afresh):
        shutil.copytree(built, home.home, dirs_exist_ok=True)
    moments: dict[Path, list[datetime]] = {home.home: [NOW] for home in (on, afresh)}
    for turn, wanted in enumerate((first, second)):
        for home in (on, afresh):
            deliver(home, wanted, turn)
        for name in BUILT:
            for place, home in enumerate((on, afresh)):
                moments[home.home].append(now := NOW + timedelta(hours=2 * turn + 1 + place))
                build(home, name, now=now, afresh=home is afresh)
            for table in (*base(name).tables, f"{name}_review"):
                mine, other = (tables.read(Layout(of.lake_url).base(table), settings=of) for of in (on, afresh))
                assert mine.equals(other), table
            for part, told in MOMENTS.items():
                mine, other = (
                    tables.read(Layout(of.lake_url).base(f"{name}_{part}"), settings=of) for of in (on, afresh)
                )
                assert mine.drop_columns([told]).equals(other.drop_columns([told])), part
                for of, rows in ((on, mine), (afresh, other)):
                    assert set(rows[told].to_pylist()) <= set(moments[of.home]), part
