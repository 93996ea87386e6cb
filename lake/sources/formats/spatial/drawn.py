"""How much a DXF draws: a block may insert blocks that insert blocks, so one page can mean a thousand million lines.

Counted from the file's pairs (group code, value; DXF reference, "Group codes") before GDAL draws them out in memory.
"""

import mmap
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from catalog.errors import SourceUnreadable
from lake.sources.formats.delimited import unreadable

MOST_DRAWN = 500_000
LONGEST_LINE = 1 << 20
DEEPEST = 32
MIXED = re.compile(rb"(?<!\r)\n\r")  # one line end to the driver, two to others
SIMPLE = 1
NUMBER = re.compile(r"\s*([+-]?[0-9]{1,18})")
NAMING = ("", "SECTION", "BLOCK_RECORD")  # these name a block or a part of the file, and insert nothing
Inserted = Counter[str]


def check_blocks(path: Path) -> None:
    """Raise SourceUnreadable when the drawing's blocks, drawn out, are more than MOST_DRAWN, or insert themselves."""
    blocks, drawing = _counted(path)
    if not blocks:
        return
    sizes: dict[str, int] = {}
    total = sum(_drawn(name, blocks, sizes, 0) * times for name, times in drawing.items() if name)
    if total > MOST_DRAWN:
        raise unreadable(
            path,
            f"图块层层引用，展开后超过 {MOST_DRAWN} 个图元。请部门分解图块后另存",
            f"its blocks, drawn out, are more than {MOST_DRAWN} entities; ask for a drawing with them exploded",
        )


def _drawn(name: str, blocks: dict[str, Inserted], sizes: dict[str, int], depth: int) -> int:
    """Entities of one insertion of a block. What inserts itself, or is nested beyond use, is beyond any limit."""
    if name not in blocks:
        return 1
    if depth > DEEPEST:
        return MOST_DRAWN + 1
    if name not in sizes:
        inside = blocks[name].items()
        sizes[name] = MOST_DRAWN + 1  # as long as it is being counted: what leads back to it has no end
        sizes[name] = min(
            MOST_DRAWN + 1, sum((_drawn(one, blocks, sizes, depth + 1) if one else 1) * times for one, times in inside)
        )
    return sizes[name]


def _counted(path: Path) -> tuple[dict[str, Inserted], Inserted]:
    """What each block, and what the drawing itself holds: blocks inserted by name, '' for all else."""
    blocks: dict[str, Inserted] = {}
    drawing: Inserted = Counter()
    within, kind, named, times = drawing, "", "", SIMPLE
    for code, value in _pairs(path):
        if code == 0:
            if kind == "BLOCK":
                within = blocks.setdefault(named, Counter())
            elif kind == "ENDBLK":
                within = drawing
            elif kind not in NAMING:
                within[named] += times
            kind, named, times = value, "", SIMPLE
        elif code == 2 and not named:
            named = value.upper()
        elif code in (70, 71) and kind == "INSERT":
            times *= max(1, abs(_number(value)))  # columns and rows of an array
    return blocks, drawing


def _pairs(path: Path) -> Iterator[tuple[int, str]]:
    """Raises SourceUnreadable where the driver would see other lines than we do."""
    if path.stat().st_size:
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as given:
            if MIXED.search(given):
                raise _lines(path)
    with path.open(encoding="latin-1") as text:
        lines = iter(lambda: text.readline(LONGEST_LINE), "")
        for code, value in zip(lines, lines, strict=False):
            if len(value) == LONGEST_LINE or len(code) == LONGEST_LINE:
                raise _lines(path)
            yield _number(code), value.strip()


def _number(text: str) -> int:
    """As the driver reads it (C's atoi): what begins as a number is one, anything else is 0."""
    found = NUMBER.match(text)
    return int(found[1]) if found else 0


def _lines(path: Path) -> SourceUnreadable:
    return unreadable(
        path,
        "换行不一致或有过长的行。请部门另存",
        "its line ends are mixed, or a line is too long; ask for it saved anew",
    )
