"""The departments' rows the base databases are measured on: a demo city's deliveries, standardised, and 1 % changed.

Straight from the generator into the raw zone, through the hub's own standardising into the standard zone; collection
and judgement are measured elsewhere. A thousand residents come with a hundred legal persons
and four hundred addresses.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from catalog.contracts import Contract, Item, load_contracts
from catalog.settings import Settings
from demo.city import geography, organisations, persons
from demo.city.build import deliveries
from demo.city.context import AS_OF, COUNTY, CityContext, generator
from demo.city.dirt import Plants
from demo.city.truth import Links
from lake import tables
from lake.bases import base
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout
from lake.standardise.run import standardise

CONTRACTS = Path(__file__).resolve().parents[1] / "demo" / "contracts"
BASES = ("population", "legal_person", "spatial_address", "spatial_address_text", "spatial_address_link")
FIRST, SECOND = "20261101t010000-0123abcd", "20261102t010000-0123abcd"
_ORGANISATIONS = 2.9  # of the demo city's number, which has 35 per 1,000 residents


def sources() -> list[str]:
    """Every department's table the measured bases read."""
    read = {name for of in BASES for name in base(of).inputs}
    return sorted(read & set(load_contracts(CONTRACTS)))


def fill(settings: Settings, residents: int, seed: int) -> dict[str, int]:
    """Deliver the whole city of `seed` into the standard zone; rows per table."""
    contracts = load_contracts(CONTRACTS)
    wanted = set(sources())
    return {
        name: _deliver(settings, contracts[name], rows)
        for name, rows in deliveries(_city(residents, seed), 1.0)
        if name in wanted
    }


def change(settings: Settings, one_in: int = 100) -> dict[str, int]:
    """Deliver one row in `one_in` of every table anew (see _said), as a new row, or no more.

    Rows left alone keep batch and row, as after an incremental delivery. Returns the rows touched per table.
    """
    return {name: _change(settings, load_contracts(CONTRACTS)[name], one_in) for name in sources()}


def _city(residents: int, seed: int) -> CityContext:
    places = geography.build(generator(seed, "geography"), residents)
    legal = organisations.build(generator(seed, "organisations"), places, int(residents * _ORGANISATIONS))
    people = persons.build(generator(seed, "persons"), residents, places, legal, AS_OF)
    return CityContext(residents, seed, COUNTY, AS_OF, places, legal, people, Plants(), Links())


def _deliver(settings: Settings, contract: Contract, rows: pa.Table) -> int:
    layout, batch = Layout(settings.lake_url), f"{contract.dataset}-{FIRST}"
    texts = [pa.field(one.name, pa.string()) if pa.types.is_timestamp(one.type) else one for one in rows.schema]
    numbered = rows.cast(pa.schema(texts)).append_column("_row", pa.array(range(1, rows.num_rows + 1), pa.int64()))
    tables.write(layout.raw(contract.dataset), numbered, run_id=batch, partition={"_batch": batch}, settings=settings)
    staged = standardise(settings, contract, batch)
    moments = {item.name for item in contract.items if item.kind == "timestamp"}
    names = ", ".join(["_row", "_batch", "_notes", *(_outgoing(item.name, moments) for item in contract.items)])
    order = ", ".join(quote(key) for key in (*contract.keys, "_row"))
    with connect(settings) as connection:
        reader = connection.execute(
            f"SELECT {names} FROM read_parquet({literal(staged.path)}) ORDER BY {order}"
        ).to_arrow_reader(50_000)
        tables.write(layout.standard(contract.dataset), reader, run_id=f"{batch}:judge", settings=settings)
    Path(staged.path).unlink()
    return staged.rows


def _outgoing(name: str, moments: set[str]) -> str:
    """A staged column as the standard zone has it: moments with their zone."""
    return f"timezone('Asia/Shanghai', {quote(name)}) AS {quote(name)}" if name in moments else quote(name)


def _change(settings: Settings, contract: Contract, one_in: int) -> int:
    """Of the rows to touch half are changed, a quarter is gone, and a quarter comes again under another key."""
    uri, batch = Layout(settings.lake_url).standard(contract.dataset), f"{contract.dataset}-{SECOND}"
    source = tables.scan(uri, settings=settings)
    key = contract.keys[0]
    order = ", ".join(quote(name) for name in (*contract.keys, "_row"))
    with connect(settings) as connection:
        connection.execute(
            f"CREATE TEMP TABLE placed AS SELECT *, hash({quote(key)}, 'turn') % {one_in * 4} AS turn FROM {source}"
        )
        touched = connection.execute("SELECT count(*) FROM placed WHERE turn < 4").fetchall()[0][0]
        reader = connection.execute(" UNION ALL ".join(_branches(contract, key, batch)) + f" ORDER BY {order}")
        tables.write(uri, reader.to_arrow_reader(50_000), run_id=f"{batch}:judge", settings=settings)
    return int(touched)


def _branches(contract: Contract, key: str, batch: str) -> Iterator[str]:
    kept = "SELECT * EXCLUDE (turn) FROM placed"
    said = [f"{sql} AS {quote(item.name)}" for item in contract.items if not item.key and (sql := _said(item))]
    newer = [f"{literal(batch)} AS _batch", *said]
    changes = ", ".join(newer)
    yield f"{kept} WHERE turn >= 4"
    yield f"SELECT * EXCLUDE (turn) REPLACE ({changes}) FROM placed WHERE turn IN (0, 1)"
    again = f"{literal(batch)} AS _batch, concat({quote(key)}, '9') AS {quote(key)}"
    yield f"SELECT * EXCLUDE (turn) REPLACE ({again}) FROM placed WHERE turn = 2"


def _said(item: Item) -> str | None:
    """What a row delivered anew says of `item`: now and then something else, most often what changes in life; None for
    an item that never changes. Of ten persons one has another name, one another birth date, and two another number: one
    that was corrected, and one that is not told any more."""
    column = quote(item.name)
    body = f"concat(substr({column}, 1, 14), '9', substr({column}, 16, 2))"
    number = f"CASE WHEN resident_id_fault({column}) IS NULL THEN concat({body}, mod_11_2(CAST({body} AS BIGINT))) END"
    by_name = {
        "phone": f"CASE WHEN _row % 3 = 0 THEN '13901234567' ELSE {column} END",
        "address": f"CASE WHEN _row % 2 = 0 THEN replace({column}, '号', '号院') ELSE {column} END",
        "legal_representative": f"CASE WHEN _row % 2 = 0 THEN '欧阳若兰' ELSE {column} END",
    }
    by_element = {
        "person_name": f"CASE WHEN _row % 10 = 1 THEN concat(substr({column}, 1, 1), '若兰') ELSE {column} END",
        "org_name": f"CASE WHEN _row % 10 = 1 THEN replace({column}, '有限公司', '实业有限公司') ELSE {column} END",
        "birth_date": f"CASE WHEN _row % 10 = 3 THEN CAST({column} + INTERVAL 1 DAY AS DATE) ELSE {column} END",
        "resident_id": f"CASE WHEN _row % 10 = 5 THEN {number} WHEN _row % 10 <> 7 THEN {column} END",
        "uscc": f"CASE WHEN _row % 10 <> 7 THEN {column} END",
    }
    return by_name.get(item.name) or by_element.get(item.element)
