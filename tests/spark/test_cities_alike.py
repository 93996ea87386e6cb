"""The bases of a small demo city, built on DuckDB and on Spark: the same in every cell."""

import logging
import shutil
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from catalog.settings import Settings
from lake import tables
from lake.bases import BASES, BaseModel, build
from lake.bases.building import uri_of
from lake.bases.identity import secret
from lake.layout import Layout
from tests.factories.city_tables import hold_city

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
RESIDENTS, SEED = 2_000, 50_511


@pytest.fixture(scope="module")
def two_lakes(spark_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Settings]:
    """The same standard tables and the same secret of ids twice: for DuckDB, for Spark."""
    embedded = Settings(home=tmp_path_factory.mktemp("lakes") / "duckdb")
    held = hold_city(embedded, residents=RESIDENTS, seed=SEED)
    assert held["police_person"] > RESIDENTS * 0.9
    secret(embedded)
    on_spark = spark_settings
    shutil.copytree(embedded.home / "lake", on_spark.home / "lake")
    shutil.copytree(embedded.home / "keys", on_spark.home / "keys")
    return embedded, on_spark


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("model", BASES, ids=lambda base: base.name)
def test_the_same_sql_gives_the_same_rows(
    two_lakes: tuple[Settings, Settings], model: BaseModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    built = [build(settings, model.name, now=NOW) for settings in two_lakes]
    assert built[0].rows == built[1].rows > 0
    for table in model.tables:
        mine, theirs = (_rows(settings, model, table) for settings in two_lakes)
        assert mine.schema == theirs.schema, table
        assert mine.num_rows == theirs.num_rows, table
        wrong = [_first_difference(mine, theirs, name) for name in mine.column_names]
        assert not any(wrong), f"{table}: {[one for one in wrong if one]}"
    assert not build(two_lakes[1], model.name, now=NOW).new, "built once, Spark finds nothing to do"


def _rows(settings: Settings, model: BaseModel, table: str) -> pa.Table:
    """All rows, in the order of all their columns: rows that are equal in the columns a table is sorted by may swap."""
    found = tables.read(uri_of(model, table, Layout(settings.lake_url)), settings=settings)
    plain = [name for name in found.column_names if not pa.types.is_nested(found.schema.field(name).type)]
    return found.sort_by([(name, "ascending") for name in plain])


def _first_difference(mine: pa.Table, theirs: pa.Table, name: str) -> str:
    left, right = mine[name].to_pylist(), theirs[name].to_pylist()
    at = next((at for at, (one, other) in enumerate(zip(left, right, strict=True)) if one != other), None)
    return "" if at is None else f"{name}, row {at}: {left[at]!r} and {right[at]!r}"


def test_the_tables_are_sorted_by_their_key_on_spark_as_well(two_lakes: tuple[Settings, Settings]) -> None:
    _, on_spark = two_lakes
    layout = Layout(on_spark.lake_url)
    for name, key in (("population", "person_id"), ("legal_person", "legal_id"), ("spatial_address", "address_code")):
        keys = tables.read(layout.base(name), [key], settings=on_spark)[key].to_pylist()
        assert keys == sorted(keys), name
