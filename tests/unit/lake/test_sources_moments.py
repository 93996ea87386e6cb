"""Clock times of a department as moments: the quick way agrees with the calendar, in summers and at the edges too."""

import pytest

from catalog.working_days import COUNTY_ZONE
from lake.engines.duckdb import connect, literal
from lake.sources.databases.native import moment_at

EDGES = (
    "1986-05-04 02:30:00",
    "1986-09-14 01:30:00",
    "1991-09-15 01:00:00",
    "1991-12-31 23:59:59.999999",
    "1992-01-01 00:00:00",
    "1900-12-31 12:00:00",
    "1969-12-31 23:59:59",
    "2026-11-20 09:00:00.123456",
    "9999-01-01 00:00:00",
    "9999-12-31 23:59:59",
    "infinity",
    "-infinity",
)


@pytest.mark.parametrize("local", EDGES)
def test_the_quick_way_is_the_calendars_at_the_edges(local: str) -> None:
    quick = moment_at(literal(COUNTY_ZONE), f"TIMESTAMP {literal(local)}")
    with connect(functions=False) as connection:
        asked = f"SELECT {quick}::VARCHAR, timezone({literal(COUNTY_ZONE)}, TIMESTAMP {literal(local)})::VARCHAR"
        ((ours, calendars),) = connection.execute(asked).fetchall()
    assert ours == calendars


def test_every_hour_of_a_century_and_more_is_the_same_moment() -> None:
    with connect(functions=False) as connection:
        zone = literal(COUNTY_ZONE)
        asked = (
            f"SELECT count(*), count(*) FILTER (WHERE {moment_at(zone, 't')} <> timezone({zone}, t))"
            " FROM generate_series(TIMESTAMP '1895-01-01', TIMESTAMP '2040-01-01', INTERVAL 1 HOUR) AS s(t)"
        )
        ((hours, different),) = connection.execute(asked).fetchall()
    assert (hours > 1_200_000, different) == (True, 0)


def test_another_zone_goes_by_its_calendar() -> None:
    assert moment_at("'Europe/Paris'", "t") == "timezone('Europe/Paris', t)"
