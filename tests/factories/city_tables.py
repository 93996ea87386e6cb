"""The standard tables of a small demo city: what its departments deliver, standardised, without a night in between."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.contracts import Contract, load_contracts
from catalog.settings import Settings
from demo.city.build import deliveries, found_city
from lake import tables
from lake.bases.inputs import standard_inputs
from lake.engines.duckdb import connect, literal, quote
from lake.layout import Layout
from lake.standardise.run import standardise
from tests.factories.standard_tables import batch_of, day, hold

CONTRACTS = Path(__file__).resolve().parents[2] / "demo" / "contracts"


def hold_city(settings: Settings, *, residents: int, seed: int, dirt: float = 1.0) -> dict[str, int]:
    """Write the standard table of every delivery a base reads; rows per table. None is left without rows."""
    contracts = load_contracts(CONTRACTS)
    city = found_city(residents=residents, seed=seed)
    held = {
        name: _hold(settings, contracts[name], rows)
        for name, rows in deliveries(city, dirt)
        if name in standard_inputs()
    }
    for name in sorted(set(standard_inputs()) - set(held)):
        rows = _by_hand(settings, name)
        hold(settings, name, *rows)
        held[name] = len(rows)
    return held


def _by_hand(settings: Settings, dataset: str) -> list[dict[str, Any]]:
    """A few rows of a dataset the city has no department for, about people and things it has."""
    people = _some(settings, "police_person", ("resident_id", "name"))
    firms = _some(settings, "market_enterprise", ("uscc", "name", "address"))
    ends = (None, day(2026, 11, 19), day(2027))
    match dataset:
        case "approval_licence":
            holders = [(one["name"], one["resident_id"], "自然人") for one in people]
            holders += [(one["name"], one["uscc"], "法人") for one in firms]
            return [
                {
                    "licence_id": f"L{at // 2}.{at % 2}",
                    "licence_no": f"L{at // 2}",
                    "licence_type_code": "11100000000013338W011",
                    "issuer_code": "11370683004260001X",
                    "version": f"00{at % 2}",
                    "issued_on": day(2025, 1 + at % 12),
                    "valid_from": day(2025),
                    "valid_to": ends[at % 3],
                    "holder": name,
                    "holder_code": code,
                    "holder_type": kind,
                    "status": f"0{1 + at % 7}",
                    "ended_on": ends[at % 2],
                }
                for at, (name, code, kind) in enumerate(holders)
            ]
        case "reform_repair":
            told = _some(settings, "reform_penalty", ("penalty_no",))
            return [
                {
                    "repair_no": f"R{at}",
                    "document_no": one["penalty_no"],
                    "repair_kind": "12"[at % 2],
                    "decided_on": day(2026, 5),
                }
                for at, one in enumerate(told[:2])
            ]
        case "education_school" | "civil_facility":
            key = "school" if dataset == "education_school" else "facility"
            return [
                {
                    f"{key}_no": f"{at}",
                    f"{key}_name": f"{one['name']}附属",
                    "facility_kind": f"0{at % 6}",
                    "address": one["address"],
                    "longitude": 119.8 + at / 100 if at % 2 else None,
                    "latitude": 37.1 + at / 100 if at % 2 else None,
                    "managing_uscc": one["uscc"],
                }
                for at, one in enumerate(firms)
            ]
        case "finance_indicator":
            told = _some(settings, "stats_indicator", ("indicator_code", "indicator_name", "period", "unit", "value"))
            days = (None, day(2025, 3), day(2025, 9))
            return [one | {"value": one["value"] * 1.01, "published_on": days[at % 3]} for at, one in enumerate(told)]
        case "bureau_division":
            return [
                {"division_code": "370625", "name": "掖县", "revoked": True},
                {"division_code": "370683001", "name": ""},
            ]
        case "land_county":
            return [{"division_code": "370683", "name": "莱州市", "longitude": 119.94, "latitude": 37.18}]
        case "civil_township":
            return [{"township_code": "370683001", "name": "文昌路街道办事处"}]
    return [{"community_code": "370683001401", "name": "金苑社区"}, {"community_code": "370683001402", "name": "𠮷村"}]


def _some(settings: Settings, dataset: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    return list(tables.read(Layout(settings.lake_url).standard(dataset), columns, settings=settings)[:40].to_pylist())


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
