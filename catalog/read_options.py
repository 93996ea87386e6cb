"""Options of a contract (`options`, and `--option` of the commands) and of a system, with what each does. Pure.

The table is read_options.csv; docs/reference/options.md is made from it. A name that is none of these would be passed
over in silence and the file read as if nothing had been said.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from catalog.errors import InvalidInput

_TABLE = Path(__file__).with_name("read_options.csv")


@dataclass(frozen=True)
class Option:
    """One option. of: 'contract' or 'system'; kinds: the kinds of systems that read it, or the families of KINDS_OF."""

    name: str
    of: str
    kinds: tuple[str, ...]
    zh: str
    en: str


KINDS_OF: Final = {
    "files": ("files", "sftp", "s3"),
    "pages": ("rest",),
    "database": ("postgresql", "mysql", "sqlite", "sql"),
}
"""The kinds of systems of each family; 'any' is about how rows are understood, compared, kept and judged."""


@cache
def options() -> tuple[Option, ...]:
    """Every option, in the order of the table."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return tuple(
            Option(row["option"], row["of"], tuple(row["kinds"].split()), row["zh"], row["en"]) for row in rows
        )


def of_contract(family: str) -> frozenset[str]:
    """Names of the contract's options that `family` of KINDS_OF, or 'any', knows."""
    return frozenset(one.name for one in options() if one.of == "contract" and family in one.kinds)


_ANY: Final = of_contract("any")
_BY_KIND: Final = {kind: of_contract(family) for family, kinds in KINDS_OF.items() for kind in kinds}
KNOWN: Final = frozenset(one.name for one in options() if one.of == "contract")
"""Every option a contract can have."""


def check_options(names: Iterable[str], *, kind: str) -> None:
    """Raise InvalidInput for names that no system of `kind` knows; it lists the ones that are known."""
    known = _BY_KIND[kind] | _ANY if kind in _BY_KIND else KNOWN
    if unknown := sorted(set(names) - known):
        listed = sorted(known - _ANY) + sorted(_ANY)
        raise InvalidInput(
            f"没有读取选项 {'、'.join(unknown)}。{kind} 系统可用：{'、'.join(listed)}。",
            f"There is no option {', '.join(unknown)}. A system of kind {kind} knows: {', '.join(listed)}.",
            code="option_unknown",
            options=unknown,
        )
