"""Economic indicators: revisions, what was known on a day, declared units alone, departments that disagree."""

from datetime import UTC, date, datetime
from typing import Any

from catalog.settings import Settings
from lake import tables
from lake.bases import base, build, validity
from lake.engines.duckdb import connect
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def figure(code: str, value: float, published: date | None, **more: Any) -> dict[str, Any]:
    named = {"indicator_code": code, "indicator_name": code, "period": "202503", "unit": "亿元"}
    return named | {"value": value, "published_on": published} | more


def built(settings: Settings, name: str = "economy") -> list[dict[str, Any]]:
    for each in ("economy_claim", name):
        build(settings, each, now=NOW)
    return read(settings, Layout(settings.lake_url).base(name))


def test_a_later_figure_supersedes_an_earlier_one_and_both_are_kept(settings: Settings) -> None:
    hold(settings, "stats_indicator", figure("LZ001", 70.0, day(2025, 4, 18)), figure("LZ001", 71.5, day(2025, 7, 18)))
    first, second = built(settings)
    assert (first["value"], first["revision"], first["superseded_on"]) == (70.0, 1, day(2025, 7, 18))
    assert (second["value"], second["revision"], second["superseded_on"]) == (71.5, 2, None)
    assert (first["newest"], second["newest"]) == (False, True)


def test_one_asks_what_was_known_on_a_day(settings: Settings) -> None:
    hold(settings, "stats_indicator", figure("LZ001", 70.0, day(2025, 4, 18)), figure("LZ001", 71.5, day(2025, 7, 18)))
    built(settings)
    known = {}
    for on in (day(2025, 4, 17), day(2025, 4, 18), day(2025, 7, 17), day(2025, 7, 18), day(2026, 1, 1)):
        rows = tables.scan(Layout(settings.lake_url).base("economy"), settings=settings)
        with connect(settings) as connection:
            relation = validity.limited(rows, validity.check(base("economy")), on)
            known[on.isoformat()] = connection.execute(f"SELECT value FROM {relation}").fetchall()
    assert known == {
        "2025-04-17": [],
        "2025-04-18": [(70.0,)],
        "2025-07-17": [(70.0,)],
        "2025-07-18": [(71.5,)],
        "2026-01-01": [(71.5,)],
    }


def test_units_are_turned_by_declared_factors_and_by_nothing_else(settings: Settings) -> None:
    hold(settings, "stats_indicator", figure("LZ001", 70.0, day(2025, 4, 18)), figure("LZ012", 5.0, day(2025, 4, 18)))
    hold(
        settings,
        "finance_indicator",
        figure("LZ001", 700_000.0, day(2025, 4, 20), unit="万元"),
        figure("LZ012", 5.0, day(2025, 4, 20), unit="吨"),
    )
    claims = {row["figure_id"]: row for row in built(settings, "economy_claim")}
    turned = claims["LZ001|202503|finance|2025-04-20"]
    assert (round(turned["value"], 9), turned["unit"]) == (70.0, "亿元")
    assert (turned["reported_value"], turned["reported_unit"]) == (700_000.0, "万元")
    unknown = claims["LZ012|202503|finance|2025-04-20"]
    assert (unknown["value"], unknown["reported_value"], unknown["reported_unit"]) == (None, 5.0, "吨")
    assert [row["contradicted"] for row in built(settings)] == [False, False]


def test_departments_that_disagree_are_shown_beside_the_one_whose_word_counts(settings: Settings) -> None:
    hold(settings, "stats_indicator", figure("LZ001", 70.0, day(2025, 4, 18)), figure("LZ005", 5.4, day(2025, 4, 18)))
    hold(
        settings,
        "finance_indicator",
        figure("LZ001", 60.0, day(2025, 4, 20)),
        figure("LZ005", 56_000.0, day(2025, 4, 20), unit="万元"),
    )
    rows = {row["indicator_code"]: row for row in built(settings)}
    assert (rows["LZ001"]["provided_by"], rows["LZ001"]["value"]) == ("stats", 70.0)
    assert (rows["LZ001"]["contradicted"], rows["LZ001"]["other_values"]) == (True, "finance 60.0000")
    assert (rows["LZ005"]["provided_by"], rows["LZ005"]["value"], rows["LZ005"]["unit"]) == (
        "finance",
        56_000.0,
        "万元",
    )
    assert rows["LZ005"]["other_values"] == "stats 54000.0000"


def test_a_difference_that_was_revised_away_is_no_contradiction(settings: Settings) -> None:
    hold(settings, "stats_indicator", figure("LZ001", 70.0, day(2025, 4, 18)))
    hold(
        settings, "finance_indicator", figure("LZ001", 60.0, day(2025, 4, 20)), figure("LZ001", 70.1, day(2025, 5, 20))
    )
    (row,) = built(settings)
    assert (row["contradicted"], row["other_values"]) == (False, None)


def test_a_figure_without_a_day_counts_from_its_delivery(settings: Settings) -> None:
    hold(settings, "stats_indicator", figure("LZ001", 70.0, None), day=3)
    (row,) = built(settings)
    assert row["published_on"] == day(2026, 11, 3)
