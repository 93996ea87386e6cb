"""Listings drawn for people: a table where it fits, records one below the other where columns would be torn apart."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.table import Table

PIPED: Final = 300
"""Signs a line of what is no terminal: piped output is read by eyes that scroll, never squeezed to 80 columns."""
READABLE: Final = 10
"""Running text may be folded to so many signs, five Chinese ones. What has no blank in it, an id or a code, stays
whole: torn in two it is found by no search."""
_WHOLE: Final = re.compile("[!-~]+")
_BETWEEN: Final = 3
"""What a table puts between two columns."""

Rows = Sequence[Mapping[str, Any]]


def draw(rows: Rows, columns: Mapping[str, str], *, title: str, shown: Callable[[object], str]) -> None:
    """Print `rows`; `columns`: key -> heading, `shown`: a value as people read it."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=PIPED)
    cells = [[shown(row.get(key)) for key in columns] for row in rows]
    widths = _widths(list(columns.values()), cells, console.width)
    if widths:
        numbers = [_numbers([row.get(key) for row in rows]) for key in columns]
        console.print(_table(list(columns.values()), cells, numbers, widths, title))
    else:
        console.print(_one_below_the_other(list(columns.values()), cells, title))


def _widths(headings: Sequence[str], cells: Sequence[Sequence[str]], most: int) -> list[int]:
    """How wide each column of a table of `most` signs is, no value torn; none where they do not fit side by side.

    Chinese signs count for two. What is left over goes to the columns that lack least.
    """
    from rich.cells import cell_len

    least, whole = [], []
    for at in range(len(headings)):
        parts = [part for line in (headings, *cells) for part in line[at].split("\n")]
        words = max((len(word) for part in parts for word in _WHOLE.findall(part)), default=0)
        whole.append(max(map(cell_len, parts)))
        least.append(min(whole[-1], max(words, READABLE)))
    room = most - 1 - sum(width + _BETWEEN for width in least)
    if room < 0:
        return []
    waiting = sorted(range(len(headings)), key=lambda at: whole[at] - least[at])
    for place, at in enumerate(waiting):
        more = min(whole[at] - least[at], room // (len(waiting) - place))
        least[at] += more
        room -= more
    return least


def _table(
    headings: Sequence[str], cells: Sequence[Sequence[str]], numbers: Sequence[bool], widths: Sequence[int], title: str
) -> "Table":
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for heading, number, width in zip(headings, numbers, widths, strict=True):
        table.add_column(heading, justify="right" if number else "left", overflow="fold", width=width)
    for line in cells:
        table.add_row(*map(escape, line))
    return table


def _one_below_the_other(headings: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title or None, box=None, show_header=False, title_justify="left", padding=(0, _BETWEEN, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for number, line in enumerate(cells, start=1):
        table.add_row(f"── {number} ──", "")
        for heading, cell in zip(headings, line, strict=True):
            table.add_row(escape(heading), escape(cell))
    return table


def _numbers(values: Sequence[object]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in given)
