"""What the registers and streams deliver: clean without dirt, and every planted defect can be seen in the delivery."""

from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from catalog.standards import licence_id
from demo.city import facilities, geography, indicators, licences, organisations, registers, streams
from demo.city.context import AS_OF, COUNTY, CityContext, generator
from demo.city.dirt import Plants
from demo.city.geography_plan import county_ring, inside_county
from demo.city.truth import Links
from lake.engines.duckdb import connect

RESIDENTS = 20_000
LAND = {"land_parcel": "ZDDM", "land_building": "JZWBH", "land_grid": "WGBM"}


@cache
def city(dirt):
    """A context with stand-in persons, and every delivery of registers, streams and indicators at this much dirt."""
    places = geography.build(generator(7, "geography"), RESIDENTS)
    legal = organisations.build(generator(7, "organisations"), places, RESIDENTS)
    persons = pa.table({"name": ["王伟"] * RESIDENTS, "resident_id": ["370683199003074514"] * RESIDENTS})
    context = CityContext(RESIDENTS, 7, COUNTY, AS_OF, places, legal, persons, Plants(), Links())
    made = {}
    for part in (registers, streams, indicators, licences, facilities):
        made |= part.deliveries(generator(7, part.__name__), context, dirt, context.plants)
    return context, made


def planted(dirt, dataset, kind):
    """Keys under which a kind of defect was planted."""
    rows = city(dirt)[0].plants.table().to_pylist()
    return {row["key"] for row in rows if (row["dataset"], row["kind"]) == (dataset, kind)}


def seen_by_gis(dataset, condition):
    """Keys of the rows whose polygon meets a condition of a geographic database."""
    with connect(extensions=("spatial",)) as engine:
        engine.register("layer", city(1)[1][dataset])
        found = engine.execute(
            f"SELECT {LAND[dataset]} FROM (SELECT *, ST_GeomFromWKB(geometry) AS shape FROM layer) WHERE {condition}"
        )
        return {key for (key,) in found.fetchall()}


def test_without_dirt_nothing_is_planted():
    assert city(0)[0].plants.table().num_rows == 0


@pytest.mark.parametrize("dataset", LAND)
def test_the_invalid_polygons_are_exactly_the_planted_ones(dataset):
    assert planted(1, dataset, "invalid_geometry")
    assert seen_by_gis(dataset, "NOT ST_IsValid(shape)") == planted(1, dataset, "invalid_geometry")


@pytest.mark.parametrize("dataset", LAND)
def test_the_polygons_outside_the_county_are_exactly_the_planted_ones(dataset):
    county = f"POLYGON (({', '.join(f'{lng:.6f} {lat:.6f}' for lng, lat in county_ring())}))"
    outside = seen_by_gis(dataset, f"NOT ST_Intersects(ST_Envelope(shape), ST_GeomFromText('{county}'))")
    assert outside == planted(1, dataset, "outside_county") != set()


def test_swapped_axes_come_as_one_block_and_points_outside_are_few():
    table = city(1)[1]["police_address"]
    codes = np.array(table["DZBM"].to_pylist())
    lng, lat = table["JD"].to_numpy(), table["WD"].to_numpy()
    swapped = np.flatnonzero(lng < lat)
    assert set(codes[swapped]) == planted(1, "police_address", "swapped_axes")
    assert np.array_equal(swapped, np.arange(swapped[0], swapped[0] + round(0.02 * len(codes))))
    straight = lng > lat
    far = straight & ~inside_county(lng - 0.0117, lat - 0.0062)  # BD-09 lies some 1.25 km to the north-east here
    assert set(codes[far]) >= planted(1, "police_address", "outside_county")
    assert set(codes[straight & (lng > 120.5)]) == planted(1, "police_address", "outside_county")


def test_three_in_ten_addresses_have_an_alias():
    alias = city(1)[1]["police_address"]["BM"]
    assert 0.27 < 1 - alias.null_count / len(alias) < 0.33


def test_abolished_codes_no_longer_begin_with_the_county():
    table = city(1)[1]["police_address"]
    strange = {row["DZBM"] for row in table.to_pylist() if not row["SQBM"].startswith(COUNTY)}
    assert strange == planted(1, "police_address", "division_abolished") != set()


def test_permits_get_codes_wrong_and_dates_in_many_forms():
    rows = {row["许可证书编号"]: row for row in city(1)[1]["reform_permit"].to_pylist()}
    assert all(rows[key]["统一社会信用代码"] is None for key in planted(1, "reform_permit", "no_uscc"))
    assert {key for key, row in rows.items() if row["地方编码"] != COUNTY} == planted(
        1, "reform_permit", "division_abolished"
    )
    clean = {
        key
        for key, row in rows.items()
        if all(len(row[day]) == 10 and row[day][4] == "-" for day in ("许可决定日期", "有效期自", "有效期至"))
    }
    assert rows.keys() - clean <= planted(1, "reform_permit", "date_format")
    assert len(planted(1, "reform_permit", "uscc_check")) > len(planted(1, "reform_permit", "uscc_case"))


def test_slipped_fines_are_beyond_any_fine_of_the_law():
    rows = {row["penalty_no"]: row["amount"] for row in city(1)[1]["reform_penalty"].to_pylist()}
    assert {key for key, amount in rows.items() if amount > 500} == planted(1, "reform_penalty", "unit_slip") != set()


@pytest.mark.parametrize("dataset", ["reform_permit", "reform_penalty"])
def test_every_credit_record_is_linked_to_a_legal_person(dataset):
    links = [link for link in city(1)[0].links.table().to_pylist() if link["dataset"] == dataset]
    assert len(links) == city(1)[1][dataset].num_rows
    assert {link["entity"] for link in links} == {"legal_person"}


def test_a_repair_names_a_penalty_and_is_decided_within_the_year():
    numbers = set(city(1)[1]["reform_penalty"]["penalty_no"].to_pylist())
    assert {row["document_no"] for row in city(1)[1]["reform_repair"].to_pylist()} < numbers
    repairs = city(0)[1]["reform_repair"].to_pylist()
    assert {row["repair_kind"] for row in repairs} <= {"修复", "撤销"}
    assert all("2024-12-31" < row["decided_on"] <= "2025-12-31" for row in repairs)


def test_a_revision_is_a_later_publication_of_a_figure_that_was_published_before():
    rows = city(0)[1]["stats_indicator"].to_pylist()
    first = {(row["指标/代码"], row["期间"]): row for row in rows[:240]}
    later = rows[240:]
    assert len(first) == 240
    assert later
    for row in later:
        before = first[row["指标/代码"], row["期间"]]
        assert row["发布日期"] > before["发布日期"]
        assert abs(row["数值/本期"] / before["数值/本期"] - 1) < 0.05


def test_the_figures_that_differ_between_departments_are_the_planted_ones():
    told = {
        (row["指标/代码"], row["期间"]): row["数值/本期"] for row in city(0)[1]["stats_indicator"].to_pylist()[:240]
    }
    differ = {
        f"{row['指标代码']}|{row['期间']}|{row['发布日期']}"
        for row in city(1)[1]["finance_indicator"].to_pylist()
        if abs(row["数值"] / 10_000 / told[row["指标代码"], row["期间"]] - 1) > 0.05
    }
    assert differ == planted(1, "finance_indicator", "figure_differs") != set()


def test_every_licence_identifier_checks_but_for_the_planted_ones():
    faults = {row["zzbs"]: licence_id.fault(row["zzbs"]) for row in city(1)[1]["approval_licence"].to_pylist()}
    wrong = {number for number, fault in faults.items() if fault is not None}
    assert wrong == planted(1, "approval_licence", "licence_check") != set()
    assert {faults[number] for number in wrong} == {"check_digit"}


def test_a_licence_issued_anew_has_a_second_version_of_the_same_number():
    versions = {}
    for row in city(0)[1]["approval_licence"].to_pylist():
        versions.setdefault(row["zzbh"], []).append((row["bbh"], row["bfrq"]))
    assert {len(found) for found in versions.values()} == {1, 2}
    assert all([number for number, _ in sorted(found)] == ["001", "002"][: len(found)] for found in versions.values())


def test_schools_and_facilities_stand_at_addresses_of_the_register():
    known = set(city(0)[0].geography.addresses["full_text"].to_pylist())
    for dataset in ("education_school", "civil_facility"):
        assert set(city(0)[1][dataset]["地址"].to_pylist()) < known


@pytest.mark.parametrize("dataset", ["water_reading", "ecology_reading"])
def test_late_skewed_and_double_messages_are_exactly_the_planted_ones(dataset):
    names = ("sensor_id", "observed_at", "pollutant")
    counted, late, skewed = {}, set(), set()
    for row in city(1)[1][dataset].to_pylist():
        key = "|".join(row[name] for name in names if name in row)
        delay = datetime.fromisoformat(row["received_at"]) - datetime.fromisoformat(row["observed_at"])
        counted[key] = counted.get(key, 0) + 1
        late |= {key} if delay > timedelta(hours=1) else set()
        skewed |= {key} if delay < timedelta(0) else set()
    assert {key for key, times in counted.items() if times > 1} == planted(1, dataset, "double") != set()
    assert late == planted(1, dataset, "late") != set()
    assert skewed == planted(1, dataset, "clock_skew") != set()


def test_messages_arrive_in_the_order_of_arrival_and_with_gaps():
    table = city(1)[1]["water_reading"]
    arrivals = table["received_at"].to_pylist()
    sensors = len(set(table["sensor_id"].to_pylist()))
    assert arrivals == sorted(arrivals)
    assert table.num_rows - len(planted(1, "water_reading", "double")) < sensors * 144


def test_indicators_are_complete_for_a_year():
    table = city(1)[1]["stats_indicator"]
    assert len(set(zip(table["指标/代码"].to_pylist(), table["期间"].to_pylist(), strict=True))) == 20 * 12
    assert set(table["期间"].to_pylist()) == {f"2025{month:02d}" for month in range(1, 13)}


def test_the_same_seed_delivers_the_same():
    context, made = city(1)
    again = registers.deliveries(generator(7, registers.__name__), context, 1, Plants())
    assert all(table.equals(made[dataset]) for dataset, table in again.items())
