"""Scoring planted dirt: no kind leaves the claim unnoticed, and a false alarm is counted as one."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from demo import detectors
from demo.city.build import build_city
from demo.detectors import DETECTORS, Detector
from demo.score import _score_kind

UNDECIDABLE = {
    *("address_partial", "address_stale", "branch_confusable", "former_name", "id_two_numbers"),
    *("name_abbreviation", "name_dot_lost", "name_variant", "phone_shared", "rare_character"),
}


@pytest.fixture
def scored() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three rows of residents, the first planted without a number."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE planted AS SELECT 'd' AS dataset, 'k1' AS key, 'resident_id' AS item, 'no_id' AS kind"
        )
        rows = ", ".join(f"('d', 'k{n}', 'b', {n}, 'n{n}')" for n in (1, 2, 3))
        con.execute(f"CREATE TABLE delivered AS FROM (VALUES {rows}) AS t(dataset, key, batch, row, number)")
        for table in ("noticed_rules", "noticed_notes"):
            con.execute(f"CREATE TABLE {table} (dataset TEXT, batch TEXT, row BIGINT, item TEXT, what TEXT)")
        yield con


def notice(con: duckdb.DuckDBPyConnection, row: int, rule: str = "resident.resident_id.required") -> None:
    con.execute("INSERT INTO noticed_rules VALUES ('d', 'b', ?, 'resident_id', ?)", [row, rule])


def test_every_kind_the_generator_plants_is_listed_and_only_those_named_here_are_left_out_of_the_claim(
    tmp_path: Path,
) -> None:
    build_city(tmp_path, residents=1000, seed=43, dirt=3.0)
    planted = duckdb.sql(f"SELECT DISTINCT kind FROM '{tmp_path}/truth/planted.parquet'").fetchall()
    assert {kind for (kind,) in planted} == set(DETECTORS)
    assert {kind for kind, one in DETECTORS.items() if not one.decidable} == UNDECIDABLE


def test_a_kind_has_rules_or_a_reason_and_never_both_nor_neither() -> None:
    for given in ({}, {"rules": (".required",), "undecidable": "nobody can"}):
        with pytest.raises(ValueError, match="lost"):
            Detector("丢失", "lost", **given)  # type: ignore[arg-type]  # the two cases share no type


def test_a_kind_nobody_listed_stops_the_scoring(scored: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LookupError, match="moonshine"):
        detectors.of("moonshine")
    with pytest.raises(LookupError, match="moonshine"):
        _score_kind(scored, "moonshine")


def test_a_planted_row_noticed_is_found_and_a_clean_row_noticed_is_one_false_alarm(
    scored: duckdb.DuckDBPyConnection,
) -> None:
    notice(scored, 1)
    notice(scored, 2)
    notice(scored, 3, "resident.phone.known")  # another rule: says nothing of this kind
    score = _score_kind(scored, "no_id")
    assert (score["planted"], score["found"], score["false"]) == (1, 1, 1)


def test_a_clean_row_noticed_alone_is_a_false_alarm_and_finds_nothing(scored: duckdb.DuckDBPyConnection) -> None:
    notice(scored, 2)
    score = _score_kind(scored, "no_id")
    assert (score["planted"], score["found"], score["false"]) == (1, 0, 1)


def test_a_kind_no_rule_decides_has_no_counts(scored: duckdb.DuckDBPyConnection) -> None:
    score = _score_kind(scored, "phone_shared")
    assert (score["found"], score["false"]) == (None, None)
