"""Listings drawn for people: a table where it fits, records one below the other where columns would be torn apart."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.table import Table

PIPED: Final = 200
"""Signs a line of what is no terminal: piped output is read by eyes that scroll, never squeezed to 80 columns."""
READABLE: Final = 20
"""A column may be folded to so many signs, a moment's width, before its values cannot be read any more."""
_BETWEEN: Final = 3
"""What a table puts between two columns."""

Rows = Sequence[Mapping[str, Any]]


def draw(rows: Rows, columns: Mapping[str, str], *, title: str, shown: Callable[[object], str]) -> None:
    """Print `rows`; `columns`: key -> heading, `shown`: a value as people read it."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=PIPED)
    cells = [[shown(row.get(key)) for key in columns] for row in rows]
    if _needed(list(columns.values()), cells) <= console.width:
        numbers = [_numbers([row.get(key) for row in rows]) for key in columns]
        console.print(_table(list(columns.values()), cells, numbers, title))
    else:
        console.print(_one_below_the_other(list(columns.values()), cells, title))


def _needed(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    """The width at which every column is whole or has READABLE signs; Chinese ones count for two."""
    from rich.cells import cell_len

    lines = [headings, *cells]
    widths = (max(cell_len(part) for line in lines for part in line[at].split("\n")) for at in range(len(headings)))
    return sum(min(width, READABLE) + _BETWEEN for width in widths)


def _table(headings: Sequence[str], cells: Sequence[Sequence[str]], numbers: Sequence[bool], title: str) -> "Table":
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for heading, number in zip(headings, numbers, strict=True):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
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
