"""Increments beside the first load of the same table, and DuckDB's bare COPY of the same rows: a process each.

The bare COPY says what no hub can save: connecting, the extension, and asking the server, however few the rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.claims import Claim
from benchmarks.ingest import data, processes
from benchmarks.ingest.processes import Found
from benchmarks.page import number, table

TURNS, STEP, MOST = 5, 100, 0.05
HEADS = ("a process each, signature accepted before", "rows read", "ms", "processor ms", "peak MiB", "% of all")


@dataclass(frozen=True)
class Increments:
    """The median first load and increment of a table with `rows` rows, and the bare COPY of the same where measured."""

    rows: int
    first: Found
    increment: Found
    copy_first: Found | None = None
    copy_increment: Found | None = None


def collect(home: Path, given: Found, rows: int, *, firsts: int, copies: bool) -> Increments:
    """Load the table `firsts` times, each into a hub of its own, then what changed TURNS times into the last of them.

    copies: the bare COPY of the same rows too, after the hub, so that it finds the pages read and the hub never does.
    Raises Unavailable when one of them did not leave the texts of those rows as they were made.
    """
    found: dict[str, list[Found]] = defaultdict(list)
    for name, room, asked, wanted, texts in _loads(home, given, rows, firsts):
        for one in (name, f"copy {name}") if copies else (name,):
            found[one].append(processes.child(one, home, asked, wanted, room=room))
            processes.same_texts(one, found[one][-1], texts)
    return Increments(rows, **{name.replace(" ", "_"): processes.median(all_of) for name, all_of in found.items()})


def _loads(home: Path, given: Found, rows: int, firsts: int) -> Iterator[tuple[str, Path, Found, int, str]]:
    """What is to be loaded next, into which hub, asked for how, how many rows, and the sum of their texts.

    Made ready when it is asked for. Every turn changes other rows: none is read that a turn before had touched.
    """
    texts = data.sum_at_source(rows)
    for turn in range(firsts):
        room = home / f"increments-{rows}-{turn}"
        processes.child("ready", home, given, 0, room=room)
        yield "first", room, given, rows, texts
    url, locator = given["url"], given["contract"]["locator"]
    for turn in range(TURNS):
        since = data.newest(url, locator)
        changed = data.update(url, locator, step=STEP, turn=turn)
        texts = data.sum_at_source(rows, step=STEP, turn=turn)
        yield "increment", room, given | {"since": since}, changed, texts


def claim(one: Increments) -> Claim:
    """An increment takes at most a twentieth of the full load."""
    sentence = f"an increment of 1 % of {number(one.rows)} rows against the full load"
    ours, peer = (round(found["seconds"], 3) for found in (one.increment, one.first))
    return Claim("ingest", sentence, "s", ours, MOST, peer)


def shown(each: Sequence[Increments]) -> str:
    """The table of all of them, and what it comes to."""
    rows = [line for one in each for line in _lines(one)]
    told = [_floor(one) for one in each] + [_reached(low, high) for low, high in pairwise(each)]
    return "\n\n".join([table(HEADS, rows), *filter(None, told)])


def _lines(one: Increments) -> Iterator[tuple[str, ...]]:
    size, changed = number(one.rows), one.increment["rows"]
    for who, all_of, part in (
        ("hub", one.first, one.increment),
        ("DuckDB's bare COPY", one.copy_first, one.copy_increment),
    ):
        if all_of and part:
            yield f"{who}: all of {size}", size, *_figures(all_of), ""
            share = f"{100 * _ratio(part, all_of):.1f}"
            yield f"{who}: what changed of {size}", number(changed), *_figures(part), share


def _figures(found: Found) -> tuple[str, ...]:
    milliseconds = (number(round(1000 * found[name])) for name in ("seconds", "cpu_seconds"))
    return *milliseconds, number(found["peak_mib"])


def _floor(one: Increments) -> str:
    """What the bare COPY of the changed rows takes of that of all, and how often the hub's increment takes that."""
    if not one.copy_first or not one.copy_increment:
        return ""
    share = f"{100 * _ratio(one.copy_increment, one.copy_first):.1f}"
    times = f"{_ratio(one.increment, one.copy_increment):.1f}"
    return (
        f"At {number(one.rows)} rows DuckDB's bare COPY of what changed took {share} % of its bare COPY of all;"
        f" the hub's increment took {times} times the bare COPY of the same rows."
    )


def _reached(low: Increments, high: Increments) -> str:
    """Where the goal is reached, if it was missed at `low` and met at `high`; on a line between the two."""
    over, under = (one.increment["seconds"] - MOST * one.first["seconds"] for one in (low, high))
    if over <= 0 or under > 0:
        return ""
    rows = low.rows + (high.rows - low.rows) * over / (over - under)
    return (
        f"{number(100 * MOST)} % is reached at about {number(float(f'{rows:.2g}'))} rows, on a straight line between"
        f" {number(low.rows)} and {number(high.rows)}."
    )


def _ratio(ours: Found, other: Found) -> float:
    return float(ours["seconds"] / other["seconds"])
