"""Addresses: which standard address departments' texts mean, scored against the truth of cities nobody tuned on.

Right is the true building; wrong is any other building, or a building where the text fits several or none. A text that
fits several buildings (only a village, only a road) cannot be decided by anybody: it counts as right when no building
is said, and is left out of the share found.
"""

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.addresses_data import Sample, city_samples, many
from benchmarks.claims import Claim, Outcome
from benchmarks.origin import this_run
from benchmarks.page import number, section, table
from catalog.standards.divisions import divisions
from lake.addresses.match import match
from lake.engines.duckdb import connect

TITLE = "Addresses: from any department's text to the building"
SEEDS, RESIDENTS = (401, 402, 403), 100_000
TEXTS, COUNTY = 1_000_000, 960_000
MOST_MISSED, MOST_WRONG, MOST_SECONDS = 2.0, 0.3, 60.0
NOTE = """
*Deliveries*: every address the demo city's departments deliver (default dirt), after full-width, partial, popular and
stale spellings. *Other ways*: 5,000 addresses of each city in ways of writing the generator does not use (hyphens,
numerals, `#`, 幢, old county name, remarks, committees, leading zeros ...), beside texts that fit no building (another
city, another estate, a number that does not exist). Decidable is a text that is true of exactly one building; how many
it is true of is told by the generator, not by the matcher. Shares are of hundred; *missed* is of the decidable texts,
*wrong* of all. The speed is over different texts, so nothing is gained from repetition; the register counts in full.
The other ways were known when the matcher was written: they show that it does what it is meant to do, not how it does
on the texts of a real county, of which nobody has the truth here.
"""


@dataclass(frozen=True)
class Scored:
    """Counts of one sample. undecidable: texts true of several buildings or none; household: right to the household."""

    name: str
    texts: int
    decidable: int
    right: int
    wrong: int
    households: int
    right_household: int
    wrong_household: int

    @property
    def missed(self) -> float:
        """Decidable texts whose building was not found, in percent."""
        return 100 * (1 - self.right / max(self.decidable, 1))

    @property
    def wrong_share(self) -> float:
        """Texts given a building that is not theirs, in percent of all."""
        return 100 * self.wrong / max(self.texts, 1)


def measure(folder: Path, sizes: Sequence[int]) -> Outcome:
    """Score three cities of the first size asked for (none: 100,000 residents); time a million texts."""
    origin, residents = this_run(), next(iter(sizes), RESIDENTS)
    scored = [score(sample) for seed in SEEDS for sample in city_samples(seed, residents)]
    seconds, processor, rows = speed(many(TEXTS, COUNTY))
    fast = Claim(
        "addresses",
        f"{number(TEXTS)} different texts against {number(rows)} addresses, both cores together",
        "processor seconds",
        processor,
        MOST_SECONDS,
    )
    claims = [*decide(scored), fast]
    clock = (
        f"The {number(TEXTS)} texts took {number(seconds)} seconds by the clock, with whatever else the machine did."
    )
    return Outcome(claims, section(TITLE, [origin], claims, _table(scored), clock, NOTE.strip()), [origin])


def decide(scored: Sequence[Scored]) -> list[Claim]:
    """Two claims for every sample: decidable texts missed, and buildings that are wrong."""
    return [
        claim
        for each in scored
        for claim in (
            Claim("addresses", f"{each.name}: building not found", "%", round(each.missed, 3), MOST_MISSED),
            Claim("addresses", f"{each.name}: wrong building", "%", round(each.wrong_share, 3), MOST_WRONG),
        )
    ]


def score(sample: Sample) -> Scored:
    """Match the texts of `sample`, then open its truth."""
    with connect() as connection:
        connection.execute("SET memory_limit = '3GB'")
        _ask(connection, sample)
        connection.register("truth", sample.texts)
        counts = connection.execute(
            "SELECT count(*), count(*) FILTER (fits = 1), count(*) FILTER (fits = 1 AND said.building_id ="
            " truth.building_id), count(*) FILTER (said.building_id IS NOT NULL AND (fits IS DISTINCT FROM 1 OR"
            " said.building_id <> truth.building_id)), count(*) FILTER (fits = 1 AND truth.address_code IS NOT NULL),"
            " count(*) FILTER (fits = 1 AND said.address_code = truth.address_code),"
            " count(*) FILTER (said.address_code <> truth.address_code"
            " OR (said.address_code IS NOT NULL AND fits <> 1))"
            " FROM truth JOIN address_read USING (text) LEFT JOIN address_match AS said USING (marks)"
        ).fetchall()[0]
    return Scored(sample.name, *counts)


def speed(sample: Sample) -> tuple[float, float, int]:
    """Seconds, processor seconds and rows of the register of matching all texts of `sample` once."""
    with connect() as connection:
        connection.execute("SET memory_limit = '3GB'")
        began, before = time.perf_counter(), _processor()
        _ask(connection, sample)
        return round(time.perf_counter() - began, 1), round(_processor() - before, 1), sample.register.num_rows


def _ask(connection: duckdb.DuckDBPyConnection, sample: Sample) -> None:
    rows = divisions()
    register = {
        "code": [row.code for row in rows],
        "name": [row.name for row in rows],
        "successor": pa.array([row.successor or None for row in rows], pa.string()),
    }
    connection.register("division_register", pa.table(register))
    connection.register("standard_address", sample.register)
    connection.register("asked_text", sample.texts)
    connection.execute(
        "CREATE TEMP TABLE address_read AS SELECT text, address_marked(text) AS marks"
        " FROM (SELECT DISTINCT text FROM asked_text WHERE text IS NOT NULL)"
    )
    connection.execute("CREATE TEMP VIEW address_asked AS SELECT marks FROM address_read")
    match(connection)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _table(scored: Sequence[Scored]) -> str:
    heads = ("texts of", "texts", "decidable", "right", "missed %", "wrong", "wrong %", "households", "right", "wrong")
    return table(
        heads,
        [
            (
                each.name,
                *(number(value) for value in (each.texts, each.decidable, each.right)),
                f"{each.missed:.3f}",
                number(each.wrong),
                f"{each.wrong_share:.3f}",
                *(number(value) for value in (each.households, each.right_household, each.wrong_household)),
            )
            for each in scored
        ],
    )
