"""The ingest benchmark: what is claimed, which measures do not count, and that every reader reads alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.ingest import data, run
from benchmarks.ingest.increments import Increments
from benchmarks.ingest.measure import decide
from benchmarks.ingest.processes import median, same_texts, sound
from catalog.errors import Unavailable

HISTORY = {"increments": [0.1] * 150 + [0.12] * 150}


def took(seconds: float, **more: Any) -> dict[str, Any]:
    return {"seconds": seconds, "cpu_seconds": seconds, "peak_mib": 300} | more


def loads() -> dict[int, Any]:
    return {10_000: took(0.2), 100_000: took(0.5), 1_000_000: took(2.0)}


def changes(first: float, increment: float, rows: int = 1_000_000) -> Increments:
    return Increments(rows, took(first, rows=rows), took(increment, rows=rows // 100))


def test_every_comparison_is_of_the_largest_size_and_of_the_fastest_peer() -> None:
    database = {"load": took(2.0), "copy": took(1.6), "pandas": took(14.0), "dlt a": took(9.0), "dlt b": took(5.0)}
    files = {"file": took(3.0), "arrow_csv": took(2.5), "arrow_read_csv": took(2.0), "polars": took(2.5)}
    larger = changes(9.5, 0.3, rows=5_000_000)
    claims = decide(loads(), database, [changes(2.0, 0.12), larger], HISTORY, files)
    found = {claim.claim: (claim.ratio, claim.met) for claim in claims}
    assert found == {
        "1,000,000 rows × 20 from PostgreSQL against DuckDB's bare COPY": (1.25, True),
        "1,000,000 rows × 20 from PostgreSQL against pandas read_sql → Parquet": (0.143, True),
        "1,000,000 rows × 20 from PostgreSQL against dlt's fastest back end": (0.4, True),
        "1,000,000 rows × 20 from PostgreSQL: peak memory": (None, True),
        "1,000,000 rows of GB18030 against the fastest reader": (1.5, True),
        "1,000,000 rows of GB18030: peak memory": (None, True),
        "an increment of 1 % of 1,000,000 rows against the full load": (0.06, False),
        "an increment of 1 % of 5,000,000 rows against the full load": (0.032, True),
        "1,000,000 rows against 100,000, processor time": (4.0, True),
        "a row added, 100,000 → 1,000,000 against 10,000 → 100,000, processor time": (0.5, True),
        "increments 291 to 300 against 1 to 10": (1.2, True),
    }


def test_nothing_is_claimed_about_a_peer_that_is_not_there() -> None:
    database = {"load": took(2.0), "copy": took(1.0), "pandas": took(14.0)}
    claims = decide({1_000: took(2.0)}, database, [changes(2.0, 0.2)], HISTORY, {"file": took(1.0)})
    assert [claim.claim for claim in claims if "dlt" in claim.claim or "GB18030" in claim.claim] == []
    assert [claim.met for claim in claims if "bare COPY" in claim.claim] == [False]


def test_a_growth_faster_than_the_rows_misses_its_goal_though_the_whole_hides_it() -> None:
    sizes = {10_000: took(10.0), 100_000: took(10.5), 1_000_000: took(20.0)}
    claims = decide(sizes, {"load": took(20.0)}, [changes(2.0, 0.1)], HISTORY, {})
    met = {claim.claim.rpartition(" rows against ")[0] or claim.claim: claim.met for claim in claims}
    assert met["1,000,000"], "twice the time for ten times the rows"
    assert not met["a row added, 100,000 → 1,000,000 against 10,000 → 100,000, processor time"]


@pytest.mark.parametrize("rows", [99, 101, None])
def test_a_measure_with_fewer_or_more_rows_than_were_there_does_not_count(rows: int | None) -> None:
    with pytest.raises(Unavailable, match="100"):
        sound("copy", {"rows": rows}, 100)
    sound("copy", {"rows": 100}, 100)


@pytest.mark.parametrize("name", ["load", "first", "increment", "history"])
def test_a_load_from_a_database_counts_only_if_it_was_reconciled(name: str) -> None:
    for checked in (None, 0):
        with pytest.raises(Unavailable) as refused:
            sound(name, {"rows": 100, "checked": checked}, 100)
        assert refused.value.code == "bench_not_reconciled"
    sound(name, {"rows": 100, "checked": 3}, 100)


@pytest.mark.parametrize(
    ("seconds", "middle"), [([3.0, 1.0, 2.0], 2.0), ([9.0, 8.0], 8.0), ([4.0, 1.0, 3.0, 2.0], 2.0)]
)
def test_of_an_even_number_of_first_loads_the_faster_of_the_middle_is_told(seconds: list[float], middle: float) -> None:
    assert median([took(one) for one in seconds])["seconds"] == middle


def test_texts_other_than_those_written_stop_the_benchmark() -> None:
    same_texts("polars", {"sum": "12"}, "12")
    for found in ({"sum": "13"}, {}):
        with pytest.raises(Unavailable) as refused:
            same_texts("polars", found, "12")
        assert refused.value.code == "bench_texts_differ"


@pytest.mark.parametrize("reader", [run.arrow_csv, run.arrow_read_csv, run.iconv_duckdb])
def test_every_reader_of_the_file_leaves_the_texts_as_they_were_made(
    tmp_path: Path, reader: Callable[[Path, dict[str, Any]], dict[str, Any]]
) -> None:
    file = data.write_csv(tmp_path / "in", 200)
    found = reader(tmp_path / "out", {"file": str(file)})
    assert found["rows"] == 200
    assert data.sum_of_parquet(found["written"]) == data.sum_at_source(200)


@pytest.mark.parametrize("column", [name for name, (kind, _) in data.COLUMNS.items() if kind == "varchar"])
def test_one_other_character_in_any_text_column_makes_another_sum(tmp_path: Path, column: str) -> None:
    file, made = tmp_path / "made.parquet", data.made(200)
    spoilt = (
        f"SELECT * REPLACE (CASE WHEN n = 77 THEN '?' ELSE {column} END AS {column}) FROM (SELECT *, person_no AS n"
    )
    duckdb.sql(f"COPY ({spoilt} FROM ({made}))) TO '{file}' (FORMAT parquet)")
    assert data.sum_of_parquet(str(file)) != data.sum_at_source(200)


def test_rows_in_another_order_make_the_same_sum_and_a_row_read_twice_another(tmp_path: Path) -> None:
    made = data.made(200)
    turned, doubled = tmp_path / "turned.parquet", tmp_path / "doubled.parquet"
    duckdb.sql(f"COPY (FROM ({made}) ORDER BY person_no DESC) TO '{turned}' (FORMAT parquet)")
    twice = " UNION ALL ".join([f"FROM ({made})", *[f"FROM ({made}) WHERE person_no = 5"] * 2])
    duckdb.sql(f"COPY ({twice}) TO '{doubled}' (FORMAT parquet)")
    assert data.sum_of_parquet(str(turned)) == data.sum_at_source(200)
    assert data.sum_of_parquet(str(doubled)) != data.sum_at_source(200)
