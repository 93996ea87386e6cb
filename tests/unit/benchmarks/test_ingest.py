"""The ingest benchmark: what is claimed from measures, and that peers not there are not claimed about."""

from typing import Any

from benchmarks.ingest import decide

HISTORY = {"increments": [0.1] * 30 + [0.12] * 30}


def took(seconds: float, **more: Any) -> dict[str, Any]:
    return {"seconds": seconds, "cpu_seconds": seconds, "peak_mib": 300} | more


def loads() -> dict[int, Any]:
    return {10_000: took(0.2), 100_000: took(0.5), 1_000_000: took(2.0)}


def test_every_comparison_is_of_the_largest_size_and_of_the_fastest_peer() -> None:
    database = {"load": took(2.0), "copy": took(1.6), "pandas": took(14.0), "dlt a": took(9.0), "dlt b": took(5.0)}
    files = {"file": took(3.0), "arrow_csv": took(2.5), "polars": took(2.0)}
    claims = decide(loads(), database, took(2.0, increments=[0.08, 0.09, 0.5]), HISTORY, files)
    found = {claim.claim: (claim.ratio, claim.met) for claim in claims}
    assert found == {
        "1,000,000 rows × 20 from PostgreSQL against DuckDB's bare COPY": (1.25, True),
        "1,000,000 rows × 20 from PostgreSQL against pandas read_sql → Parquet": (0.143, True),
        "1,000,000 rows × 20 from PostgreSQL against dlt's fastest back end": (0.4, True),
        "1,000,000 rows × 20 from PostgreSQL: peak memory": (None, True),
        "1,000,000 rows of GB18030 against the fastest reader": (1.5, True),
        "1,000,000 rows of GB18030: peak memory": (None, True),
        "an increment of 1 % of 1,000,000 rows against the full load": (0.045, True),
        "1,000,000 rows against 100,000, processor time": (4.0, True),
        "increments 51 to 60 against 1 to 10": (1.2, True),
    }


def test_nothing_is_claimed_about_a_peer_that_is_not_there() -> None:
    database = {"load": took(2.0), "copy": took(1.0), "pandas": took(14.0)}
    claims = decide({1_000: took(2.0)}, database, took(2.0, increments=[0.2]), HISTORY, {"file": took(1.0)})
    assert [claim.claim for claim in claims if "dlt" in claim.claim or "GB18030" in claim.claim] == []
    assert [claim.met for claim in claims if "bare COPY" in claim.claim] == [False]
