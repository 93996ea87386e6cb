"""What the SQL of the bases reads: every input as a view with the right columns, delivered or not.

Small relations that are no tables (ranks of sources, code table, the hub's county, the secret of ids) come from here.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.contract_review import draft_lies_at
from catalog.settings import Settings
from catalog.standards.divisions import divisions
from lake import tables
from lake.bases.identity import secret
from lake.bases.model import STATED, BaseModel, field_orders
from lake.engines.duckdb import quote, register_spatial
from lake.layout import Layout

SQL_KINDS = {
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
}
_TABLE = Path(__file__).with_name("inputs.csv")
_LINKS = "_links"


@dataclass(frozen=True)
class Pinned:
    """The inputs of one build of `model`, each at the version that is read; `models` holds every base by name.

    day: the day of the build, where the rows depend on it (`dated`).
    """

    settings: Settings
    model: BaseModel
    models: Mapping[str, BaseModel]
    places: Mapping[str, str]
    versions: Mapping[str, int | None]
    day: date | None = None

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Give `connection` everything the SQL of the model reads."""
        if self.model.spatial:
            register_spatial(connection)
        for name, rows in self.small().items():
            hold(connection, name, rows)
        for name, uri in self.places.items():
            columns = columns_of(name, self.models)
            version = self.versions[name]
            open_view(connection, name, columns, uri=uri, version=version, settings=self.settings)

    def small(self) -> dict[str, pa.Table]:
        """Name -> rows of the relations that are no tables of the lake."""
        return small(self.model, self.settings) | declared(self.model, self.day)


def newest(
    settings: Settings, model: BaseModel, models: Mapping[str, BaseModel] | None = None, *, day: date | None = None
) -> Pinned:
    """The inputs of `model` as they stand now. models: every base by name, needed where it reads another one.

    A dataset whose contract is a draft counts as not delivered: nobody has said yet who may have its rows, and a base
    is published. One is taken in and judged all the same. So does a declared topic whose rows were made under another
    SQL or other grades than it has now: nobody has said of which grade they are.
    day: the day of the build, kept only where the rows of `model` depend on it.
    """
    known = models or {}
    places = {name: place_of(name, known, Layout(settings.lake_url)) for name in model.inputs}
    versions = {
        name: None
        if _is_draft(name, settings) or _is_of_before(known.get(name), uri, settings)
        else tables.version(uri, settings=settings)
        for name, uri in places.items()
    }
    return Pinned(settings, model, known, places, versions, day if model.dated else None)


def _is_of_before(topic: BaseModel | None, uri: str, settings: Settings) -> bool:
    """Whether the rows of a declared topic were made before it said what it says now."""
    if topic is None or topic.contract is None or tables.version(uri, settings=settings) is None:
        return False
    commits = tables.history(uri, 100, settings=settings)
    return next((commit[STATED] for commit in commits if STATED in commit), None) != topic.stated


def _is_draft(name: str, settings: Settings) -> bool:
    return name in standard_inputs() and draft_lies_at(settings.contracts_dir / f"{name}.odcs.yaml")


@cache
def standard_inputs() -> dict[str, dict[str, str]]:
    """Standard table -> item -> kind, for every item the SQL of a base reads."""
    found: dict[str, dict[str, str]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["dataset"], {})[row["item"]] = row["kind"]
    return found


def columns_of(name: str, built: Mapping[str, BaseModel]) -> dict[str, str]:
    """Column -> SQL type of the input `name`: a standard table (with _row and _batch), another base or its links."""
    if name in built:
        return {item.name: SQL_KINDS[item.kind] for item in built[name].items}
    if linked := linked_base(name):
        entity = built[linked].key[0]
        return {"dataset": "VARCHAR", "key": "VARCHAR", "batch": "VARCHAR", "row": "BIGINT", entity: "VARCHAR"}
    items = {item: SQL_KINDS[kind] for item, kind in standard_inputs()[name].items()}
    return {"_row": "BIGINT", "_batch": "VARCHAR"} | items


def place_of(name: str, built: Mapping[str, BaseModel], layout: Layout) -> str:
    """Where the input `name` lies."""
    if linked_base(name):
        return layout.base(name)
    if name not in built:
        return layout.standard(name)
    return layout.topic(name) if built[name].zone == "topic" else layout.base(name)


def linked_base(name: str) -> str:
    """The base whose links (which row belongs to which entity) the input `name` is; '' for any other input."""
    return name.removesuffix(_LINKS) if name.endswith(_LINKS) else ""


def open_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    *,
    uri: str,
    version: int | None,
    settings: Settings,
) -> None:
    """Give `connection` the view `name` over one version of the table at `uri`; empty where there is no table.

    A column the table lacks reads NULL, so that an older delivery does not stop the build.
    """
    present: set[str] = set()
    source = "(SELECT 1) AS nothing WHERE false"
    if version is not None:
        present = set(tables.schema(uri, version, settings=settings).names)
        source = tables.scan(uri, version, settings=settings)
    chosen = ", ".join(
        f"CAST({quote(column) if column in present else 'NULL'} AS {kind}) AS {quote(column)}"
        for column, kind in columns.items()
    )
    connection.execute(f"CREATE TEMP VIEW {quote(name)} AS SELECT {chosen} FROM {source}")


def small(model: BaseModel, settings: Settings) -> dict[str, pa.Table]:
    """Name -> rows of the relations that are no tables, as far as `model` may ask for them."""
    found = {
        "hub": pa.table({"hub_id": [settings.hub_id]}),
        "division_register": _register(),
    }
    if model.identity:
        found["identity_secret"] = pa.table({"secret": [secret(settings)]})
    if model.folder in ("population", "legal_person"):
        found[f"{model.folder}_rank"] = _ranks(model.folder)
        found[f"{model.folder}_rule"] = _rules(model.folder)
    return found


def declared(model: BaseModel, day: date | None) -> dict[str, pa.Table]:
    """Name -> rows of the CSV files the model declares, texts throughout, and the day of the build if it has one."""
    found = {}
    for name in model.declared:
        rows = list(csv.reader(io.StringIO(model.declaration(name))))
        columns = [pa.array(of, pa.string()) for of in zip(*rows[1:], strict=True)]
        found[name] = pa.table(columns, names=rows[0])
    if day is not None:
        found["building_day"] = pa.table({"day": pa.array([day], pa.date32())})
    return found


def hold(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Give `connection` the table `name`. Not a view of Python's memory: the engine may run it wherever it likes."""
    connection.register(f"arrow_{name}", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS SELECT * FROM {quote(f'arrow_{name}')}")
    connection.unregister(f"arrow_{name}")


def _ranks(folder: str) -> pa.Table:
    """One row per dataset, one column per field: the place of that dataset in the field's order; NULL: not in it."""
    orders = field_orders(folder)
    datasets = sorted({dataset for order in orders for dataset in order.ranks})
    columns = {order.name: pa.array([order.ranks.get(name) for name in datasets], pa.int32()) for order in orders}
    return pa.table({"dataset": datasets} | columns)


def _rules(folder: str) -> pa.Table:
    orders = field_orders(folder)
    return pa.table({"field": [order.name for order in orders], "rule": [order.rule for order in orders]})


def _register() -> pa.Table:
    rows = divisions()
    return pa.table(
        {
            "code": [row.code for row in rows],
            "name": [row.name for row in rows],
            "valid_to": pa.array([row.valid_to for row in rows], pa.date32()),
            "successor": [row.successor or None for row in rows],
        }
    )
