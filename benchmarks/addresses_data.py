"""What the address matcher is measured on: a city's register, its departments' texts, and texts written in other ways.

The truth (which standard address a text means) never reaches the matcher: samples keep it apart, for scoring.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks import addresses_ways as ways
from demo.city import geography
from demo.city.build import deliveries, found_city
from demo.city.context import CityContext, generator
from demo.city.geography_plan import COUNTY_NAME, PREFECTURE_NAME, PROVINCE_NAME

# Dataset -> its key and its address, under the source's own names.
ADDRESSED = {
    "police_person": ("rybh", "hjdz"),
    "hrss_insurance": ("socialNo", "address"),
    "civil_subsistence": ("序号", "家庭住址"),
    "education_pupil": ("学籍号", "现住址"),
    "health_birth": ("cert_no", "addr"),
    "market_enterprise": ("nbxh", "dom"),
    "establishment_unit": ("组织机构代码", "地址"),
    "tax_payer": ("nsrsbh", "scjydz"),
    "civil_organisation": ("登记信息/统一社会信用代码", "住所"),
}
_REGISTER = (
    "SELECT DZBM AS address_code, DZQC AS full_address, BM AS alias, SQBM AS community_code, JLX AS road,"
    " MPH AS door_no, LZH AS building_no, JZWBH AS building_id FROM police_address"
)
TRUTH = pa.schema(
    [("source", pa.string()), ("text", pa.string()), ("building_id", pa.string()), ("address_code", pa.string()),
     ("fits", pa.int64())]
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A register of standard addresses, and texts with their truth: source (dataset or way), text, the true
    building_id and address_code (NULL: none), fits: how many buildings the text is true of, told by the generator."""

    name: str
    register: pa.Table
    texts: pa.Table


def city_samples(seed: int, residents: int) -> Iterator[Sample]:
    """What the departments of a city deliver, and its addresses written in other ways."""
    context = found_city(residents=residents, seed=seed)
    tables = dict(deliveries(context, 1.0))
    with duckdb.connect() as connection:
        connection.register("police_address", tables["police_address"])
        register = connection.execute(_REGISTER).to_arrow_table()
        yield Sample(f"seed {seed}, deliveries", register, _delivered(connection, context, tables))
    yield Sample(f"seed {seed}, other ways", register, written(context.geography.addresses, seed, 5_000))


def many(texts: int, residents: int, seed: int = 1) -> Sample:
    """A register of a whole county and so many different texts, for speed."""
    places = geography.build(generator(seed, "geography"), residents).addresses
    register = places.select(
        ["address_code", "full_text", "alias_text", "community_code", "road", "door_no", "building_no", "building_id"]
    ).rename_columns(
        ["address_code", "full_address", "alias", "community_code", "road", "door_no", "building_no", "building_id"]
    )
    found = written(places, seed, texts // 8)
    distinct = pa.TableGroupBy(found, "text").aggregate([("source", "min")])
    return Sample(f"{texts:,} texts", register, distinct.slice(0, texts))


def written(addresses: pa.Table, seed: int, count: int) -> pa.Table:
    """`count` addresses of the city in every way of addresses_ways, and as many texts that fit no building."""
    chosen = random.Random(seed).sample(range(addresses.num_rows), min(count, addresses.num_rows))
    rows: list[dict[str, Any]] = []
    for row in addresses.take(pa.array(np.sort(chosen))).to_pylist():
        parts = _parts(row)
        estate = row["use"] == "estate"
        alone = {"fits": 1, "building_id": row["building_id"]}
        for way, write in (ways.IN_ESTATE if estate else ways.AT_A_DOOR).items():
            code = None if way in ways.BUILDING_ONLY else row["address_code"]
            rows.append({"source": way, "text": write(parts), "address_code": code, **alone})
        for way, write in (ways.NOWHERE_IN_ESTATE if estate else ways.NOWHERE_AT_A_DOOR).items():
            rows.append({"source": f"nowhere: {way}", "text": write(parts), "fits": 0})
    return pa.Table.from_pylist(rows, schema=TRUTH)


def _parts(row: dict[str, Any]) -> dict[str, str]:
    names = row["full_text"].split(row["township"], 1)[1]
    return {
        **{"province": PROVINCE_NAME, "prefecture": PREFECTURE_NAME, "county": COUNTY_NAME, "former": "掖县"},
        **{"township": row["township"], "community": names.split(f"{row['road']}{row['door_no']}号", 1)[0]},
        **{"road": row["road"], "door": row["door_no"], "estate": row["estate"]},
        **{"building": row["building_no"], "unit": row["unit_no"], "room": row["room_no"]},
    }


def _delivered(connection: duckdb.DuckDBPyConnection, context: CityContext, tables: dict[str, pa.Table]) -> pa.Table:
    """Every department's address texts; the true address is the home, the seat, or for a stale text the home before."""
    relations = {
        "links": context.links.table(),
        "planted": context.plants.table(),
        "person": context.persons,
        "legal": context.organisations.table,
        "place": context.geography.addresses,
    }
    for name, rows in {**tables, **relations}.items():
        connection.register(name, rows)
    said = " UNION ALL ".join(
        f'SELECT \'{dataset}\' AS source, CAST("{key}" AS VARCHAR) AS key, "{address}" AS text FROM {dataset}'
        for dataset, (key, address) in ADDRESSED.items()
    )
    return connection.execute(
        # How many buildings a text is true of: a partial one that ends with the road or village, of all of them there.
        "WITH spelling AS (SELECT text, max(fits) AS fits FROM ("
        " SELECT unnest([full_text, alias_text, building_text]) AS text, 1 AS fits FROM place"
        " UNION ALL SELECT partial_text, 1 FROM place WHERE use = 'estate'"
        " UNION ALL SELECT part.partial_text, count(DISTINCT near.building_id) FROM (SELECT DISTINCT partial_text,"
        " township, use, CASE use WHEN 'village' THEN community_code ELSE road END AS around FROM place"
        " WHERE use <> 'estate') AS part JOIN place AS near ON near.township = part.township"
        " AND CASE part.use WHEN 'village' THEN near.community_code ELSE near.road END = part.around"
        " GROUP BY part.partial_text) GROUP BY text),"
        f" said AS ({said}),"
        " stale AS (SELECT DISTINCT dataset, key FROM planted WHERE kind = 'address_stale' AND item = 'address'),"
        " meant AS (SELECT DISTINCT said.source, said.key, said.text, CASE WHEN entity = 'legal_person'"
        " THEN legal.address_id WHEN stale.key IS NOT NULL THEN person.previous_address_id"
        " ELSE person.address_id END AS address_id"
        " FROM said JOIN links ON links.dataset = said.source AND links.key = said.key"
        " LEFT JOIN person ON person_uid = uid AND entity = 'person'"
        " LEFT JOIN legal ON legal_uid = uid AND entity = 'legal_person'"
        " LEFT JOIN stale ON stale.dataset = said.source AND stale.key = said.key WHERE said.text IS NOT NULL)"
        " SELECT meant.source, meant.text, place.building_id, CASE WHEN spelling.text IN (full_text, alias_text)"
        " THEN address_code END AS address_code, spelling.fits FROM meant JOIN place USING (address_id)"
        " LEFT JOIN spelling ON spelling.text = translate(meant.text, '０１２３４５６７８９－', '0123456789-')"
    ).to_arrow_table()
