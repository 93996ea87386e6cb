"""How well and how fast records are matched: `python -m benchmarks.matching [--cities 101,102] [--residents 5000]`.

Prints one line per data set: blocking recall (pairs that were compared at all), then the clusters against the truth.
Thresholds are chosen by the matcher; the truth is opened only to score.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.matching_data import BESIDE, Sample, city_legal_persons, city_persons, linkage_set
from benchmarks.matching_scores import Score, score
from demo.city.build import build_city
from lake.engines.duckdb import connect
from lake.matching.resolve import Resolution, resolve

SETS = ("febrl1", "febrl2", "febrl3", "febrl4", "fake_1000")


def run(sample: Sample) -> tuple[Score, float, Resolution, float]:
    """Score of the clusters, blocking recall, the resolution, seconds."""
    with connect() as connection:
        connection.execute("SET memory_limit = '3GB'")
        connection.register("delivered", sample.records)
        began = time.perf_counter()
        resolution = resolve(connection, "delivered", sample.task)
        seconds = time.perf_counter() - began
        compared = connection.execute(
            "SELECT l.source, l.key, r.source, r.key FROM matching_pair"
            " JOIN matching_record AS l ON l.record = record_l JOIN matching_record AS r ON r.record = record_r"
            " UNION SELECT l.source, l.key, r.source, r.key FROM matching_record AS l JOIN matching_record AS r"
            " ON l.known_id = r.known_id AND l.record < r.record"
        ).fetchall()
    clusters = resolution.clusters
    names = zip(clusters["source"].to_pylist(), clusters["key"].to_pylist(), strict=True)
    found = dict(zip(names, clusters["entity_key"].to_pylist(), strict=True))
    truth = sample.truth
    hit = sum(truth.get((a, b)) == truth.get((c, d)) is not None for a, b, c, d in compared)
    sizes: dict[str, int] = {}
    for entity in truth.values():
        sizes[entity] = sizes.get(entity, 0) + 1
    possible = sum(size * (size - 1) // 2 for size in sizes.values())
    return score(found, truth), hit / max(possible, 1), resolution, seconds


def samples(sets: list[str], cities: list[int], residents: int, data: Path = BESIDE) -> Iterator[Sample]:
    """The linkage sets asked for out of `data`, then people and legal persons of a city for each seed."""
    for name in sets:
        yield linkage_set(name, folder=data)
    for seed in cities:
        with tempfile.TemporaryDirectory() as folder:
            build_city(Path(folder), residents=residents, seed=seed)
            yield city_persons(Path(folder))
            yield city_legal_persons(Path(folder))


def main(arguments: list[str]) -> int:
    """Measure and print; 0."""
    parser = argparse.ArgumentParser(prog="benchmarks.matching", description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--data", type=Path, default=BESIDE, help="folder of published data: linkage/febrl/ ...")
    parser.add_argument("--cities", default="")
    parser.add_argument("--residents", type=int, default=5000)
    given = parser.parse_args(arguments)
    cities = [int(seed) for seed in given.cities.split(",") if seed]
    sets = [name for name in given.sets.split(",") if name]
    for sample in samples(sets, cities, given.residents, given.data):
        result, recall, resolution, seconds = run(sample)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{sample.name}: {sample.records.num_rows} rows, blocking recall {recall:.4f}, {result}")
        print(f"    {seconds:.1f} s, peak {peak} MiB, {resolution.metrics}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
