"""The standard tables of a small demo city: what its departments deliver, standardised, without a night in between."""

from pathlib import Path

import pyarrow as pa

from catalog.contracts import Contract, load_contracts
from catalog.settings import Settings
from demo.city.build import deliveries, found_city
from lake import tables
from lake.bases.inputs import standard_inputs
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout
from lake.standardise.run import standardise
from tests.factories.standard_tables import batch_of

CONTRACTS = Path(__file__).resolve().parents[2] / "demo" / "contracts"


def hold_city(settings: Settings, *, residents: int, seed: int, dirt: float = 1.0) -> dict[str, int]:
    """Write the standard table of every delivery a base reads; rows per table."""
    contracts = load_contracts(CONTRACTS)
    city = found_city(residents=residents, seed=seed)
    return {
        name: _hold(settings, contracts[name], rows)
        for name, rows in deliveries(city, dirt)
        if name in standard_inputs()
    }


def _hold(settings: Settings, contract: Contract, rows: pa.Table) -> int:
    layout, batch = Layout(settings.lake_url), batch_of(contract.dataset)
    texts = [pa.field(one.name, pa.string()) if pa.types.is_timestamp(one.type) else one for one in rows.schema]
    numbered = rows.cast(pa.schema(texts)).append_column("_row", pa.array(range(1, rows.num_rows + 1), pa.int64()))
    tables.write(layout.raw(contract.dataset), numbered, run_id=batch, partition={"_batch": batch}, settings=settings)
    staged = standardise(settings, contract, batch)
    moments = {item.name for item in contract.items if item.kind == "timestamp"}
    columns = ", ".join(["_row", "_batch", "_notes", *(_outgoing(item.name, moments) for item in contract.items)])
    order = ", ".join(quote(key) for key in (*contract.keys, "_row"))
    with connect(settings) as connection:
        source = f"read_parquet({literal(staged.path)})"
        reader = connection.execute(f"SELECT {columns} FROM {source} ORDER BY {order}").to_arrow_reader(50_000)
        tables.write(layout.standard(contract.dataset), reader, run_id=f"{batch}:judge", settings=settings)
    return staged.rows


def _outgoing(name: str, moments: set[str]) -> str:
    """A staged column as the standard zone has it: moments with their zone."""
    return f"timezone('Asia/Shanghai', {quote(name)}) AS {quote(name)}" if name in moments else quote(name)
