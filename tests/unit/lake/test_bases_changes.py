"""What is fused anew, what is taken over from the last build; tables that are not of one run are not taken over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import bases, tables
from lake.bases import build, changes
from lake.bases.building import Built
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, read

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BODIES = [f"3706831990030{at:04d}" for at in range(7000, 7012)]
IDS = [body + check_digits.mod_11_2(body) for body in BODIES]
NAMES = (
    "王小明",
    "李建国",
    "赵玉兰",
    "孙美丽",
    "周大勇",
    "吴秀英",
    "郑海涛",
    "冯春梅",
    "陈志强",
    "褚文静",
    "卫东升",
    "蒋丽华",
)
PEOPLE = [
    {"person_no": f"P{at}", "resident_id": number, "name": name, "sex": "1", "birth_date": day(1990, 3, 7)}
    for at, (number, name) in enumerate(zip(IDS, NAMES, strict=True))
]


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Settings]:
    yield Settings(home=tmp_path)
    forget_engines()


def built(county: Settings, *rows: dict[str, object], day: int) -> Built:
    hold(county, "police_person", *rows, day=day)
    return build(county, "population", now=NOW)


def place(county: Settings, table: str = "population") -> str:
    return Layout(county.lake_url).base(table)


def mark(county: Settings, text: str) -> None:
    """Write another address into every row as the last run left them, by that very run: fusing would not."""
    rows = tables.read(place(county), settings=county)
    facts = {name: value for name, value in tables.history(place(county), 1, settings=county)[0].items()}
    marked = rows.set_column(rows.schema.get_field_index("address"), "address", pa.array([text] * rows.num_rows))
    told = {name: str(facts[name]) for name in (changes.RUN, changes.RULES)}
    tables.write(place(county), marked, run_id="mark", facts=told, settings=county)


def deliver_anew(county: Settings, count: int) -> None:
    """The last `count` rows come with another batch: a whole delivery would be new with its batch."""
    uri = Layout(county.lake_url).standard("police_person")
    rows = tables.read(uri, settings=county)
    batches = rows["_batch"].to_pylist()
    batches[len(batches) - count :] = ["police_person-20261102t010000-0123abcd"] * count
    renewed = rows.set_column(rows.schema.get_field_index("_batch"), "_batch", pa.array(batches))
    tables.write(uri, renewed, run_id="second", settings=county)


def addresses(county: Settings) -> list[str | None]:
    return [row["address"] for row in read(county, place(county))]


def test_only_who_was_touched_is_fused_again(county: Settings) -> None:
    built(county, *PEOPLE, day=1)
    mark(county, "标记")
    deliver_anew(county, 1)
    build(county, "population", now=NOW)
    assert sorted(address or "" for address in addresses(county)) == ["", *["标记"] * 11]


@pytest.mark.parametrize(("touched", "taken_over"), [(3, 7), (4, 0)], ids=["three of ten", "four of ten"])
def test_where_more_than_three_in_ten_were_touched_everybody_is_fused(
    county: Settings, touched: int, taken_over: int
) -> None:
    built(county, *PEOPLE[:10], day=1)
    mark(county, "标记")
    deliver_anew(county, touched)
    build(county, "population", now=NOW)
    assert addresses(county).count("标记") == taken_over


def test_afresh_takes_nothing_over(county: Settings) -> None:
    built(county, *PEOPLE, day=1)
    mark(county, "标记")
    rows = tables.read(Layout(county.lake_url).standard("police_person"), settings=county)
    tables.write(Layout(county.lake_url).standard("police_person"), rows, run_id="second", settings=county)
    build(county, "population", now=NOW, afresh=True)
    assert addresses(county) == [None] * 12


def test_a_table_that_is_not_of_the_run_of_the_fingerprints_is_fused_whole(county: Settings) -> None:
    built(county, *PEOPLE, day=1)
    mark(county, "标记")
    rows = tables.read(place(county), settings=county)
    tables.write(place(county), rows, run_id="another", facts={changes.RUN: "another"}, settings=county)
    source = Layout(county.lake_url).standard("police_person")
    tables.write(source, tables.read(source, settings=county), run_id="second", settings=county)
    build(county, "population", now=NOW)
    assert addresses(county) == [None] * 12


def test_rows_come_and_go_in_the_order_of_ids(county: Settings) -> None:
    built(county, *PEOPLE[:11], day=1)
    source = Layout(county.lake_url).standard("police_person")
    held = tables.read(source, settings=county)
    last = held.slice(0, 1).to_pylist()[0] | {"person_no": "P99", "resident_id": IDS[11], "name": NAMES[11], "_row": 99}
    after = pa.concat_tables([held.slice(1), pa.Table.from_pylist([last], schema=held.schema)])
    tables.write(source, after, run_id="second", settings=county)
    mark(county, "标记")
    build(county, "population", now=NOW)
    rows = read(county, place(county))
    assert [row["person_id"] for row in rows] == sorted(row["person_id"] for row in rows)
    assert {row["resident_id"] for row in rows} == set(IDS[1:])
    assert sorted(address or "" for address in addresses(county)) == ["", *["标记"] * 10]


def test_fusing_follows_from_the_sql_the_order_of_sources_and_the_county(county: Settings, monkeypatch) -> None:
    model = bases.base("population")
    told = changes.rules_of(model, county)
    assert told == changes.rules_of(model, county)
    turned = {name: tuple(reversed(by)) for name, by in model.sources.items()}
    assert changes.rules_of(replace(model, sources=turned), county) != told
    assert changes.rules_of(model, county.model_copy(update={"hub_id": "370600"})) != told
    monkeypatch.setattr(changes.duckdb, "__version__", "0.0.0")
    assert changes.rules_of(model, county) != told
    monkeypatch.undo()
    for step in (*model.steps, *model.tables):
        other = replace(model)
        sql = model.sql
        object.__setattr__(other, "sql", lambda name, step=step, sql=sql: sql(name) + " " * (name == step))
        assert changes.rules_of(other, county) != told, step
