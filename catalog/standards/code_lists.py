"""Code lists (代码表): the codes a data item may hold, their names, and the texts departments write instead of them.

One CSV per list in code_lists/ (code,name_zh,name_en); code_lists/aliases.csv holds the other ways of writing a code.
What the county has added or ended (own/) is part of them; an ended code stays known, and its days are code_days.
"""

import csv
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from catalog.errors import ConfigurationError, NotFound
from catalog.standards import divisions
from catalog.standards.own import in_force
from catalog.standards.own.additions import Additions

_FOLDER = Path(__file__).with_name("code_lists")
_ALIASES = "aliases"
Row = tuple[str, str, str]
"""(code, Chinese name, English name)"""


def code_list_names() -> tuple[str, ...]:
    """The names of all code lists, sorted."""
    own = in_force.current()
    return tuple(sorted({*packaged_names(), *(entry.code_list for entry in own.entries)}))


@cache
def packaged_names() -> tuple[str, ...]:
    """The names of the lists of the house alone, sorted."""
    files = (path.stem for path in _FOLDER.glob("*.csv"))
    return tuple(sorted({*files, "division"} - {_ALIASES}))


def code_list(name: str) -> dict[str, str]:
    """Code -> Chinese name of the list `name`, in the order of the standard.

    Raises NotFound for an unknown list, ConfigurationError for one in which a code stands twice.
    """
    return {code: zh for code, zh, _ in _rows(name)}


def code_list_en(name: str) -> dict[str, str]:
    """Code -> English name of the list `name`; raises NotFound for an unknown list."""
    return {code: en for code, _, en in _rows(name)}


def code_days(name: str) -> dict[str, tuple[date | None, date | None]]:
    """Code -> (first day, last day) for the codes of the list that do not hold for ever; None is open on that side."""
    entries = (entry for entry in in_force.current().entries if entry.code_list == name)
    return {one.code: (one.valid_from, one.valid_to) for one in entries if one.valid_from or one.valid_to}


def codes_by_text(name: str) -> dict[str, str]:
    """What people write instead of a code -> the code: the names, the names without their last word, the aliases.

    男 and 男性 both give 1, 汉 and 汉族 both give 01. A text that would mean two codes is left out.
    """
    return _codes_by_text(name, in_force.current())


@lru_cache(maxsize=256)
def _codes_by_text(name: str, own: Additions) -> dict[str, str]:
    if name == "division":
        return {}
    texts: dict[str, str] = {}
    doubtful: set[str] = set()
    for code, zh, _ in _with(name, own):
        for text in {zh, zh.removesuffix("族") if len(zh) > 1 else zh}:
            if texts.setdefault(text, code) != code:
                doubtful.add(text)
    return {text: code for text, code in texts.items() if text not in doubtful} | _aliases(name)


def _rows(name: str) -> tuple[Row, ...]:
    return _with(name, in_force.current())


@lru_cache(maxsize=256)
def _with(name: str, own: Additions) -> tuple[Row, ...]:
    """The rows of the house, then the county's own; an entry that ends a code of the house adds no row."""
    added = {entry.code: (entry.code, entry.name_zh, entry.name_en) for entry in own.entries if entry.code_list == name}
    if name not in packaged_names():
        if added:
            return tuple(added.values())
        raise NotFound(
            f"没有名为“{name}”的代码表，可用的有：{'、'.join(code_list_names())}",
            f"There is no code list {name!r}; there are: {', '.join(code_list_names())}",
            code="code_list_unknown",
            code_list=name,
        )
    rows = packaged_rows(name)
    known = {code for code, _, _ in rows}
    return (*rows, *(row for code, row in added.items() if code not in known))


@cache
def packaged_rows(name: str) -> tuple[Row, ...]:
    """(code, Chinese name, English name) of a list of the house; raises ConfigurationError for a double code."""
    if name == "division":
        return tuple((row.code, row.name, "") for row in divisions.divisions())
    rows = tuple((row["code"], row["name_zh"], row["name_en"]) for row in _read(_FOLDER / f"{name}.csv"))
    _check_once(name, [code for code, _, _ in rows])
    return rows


def _check_once(name: str, codes: list[str]) -> None:
    """Raise ConfigurationError for a code that stands twice: one of its names would silently win."""
    double = sorted({code for code in codes if codes.count(code) > 1})
    if double:
        raise ConfigurationError(
            f"代码表 {name} 中有重复的代码：{'、'.join(double)}。请只保留一条。",
            f"Code list {name} holds codes twice: {', '.join(double)}. Keep one line of each.",
            code="code_list_double",
            code_list=name,
            codes=double,
        )


def _aliases(name: str) -> dict[str, str]:
    rows = _read(_FOLDER / f"{_ALIASES}.csv")
    return {row["text"]: row["code"] for row in rows if row["code_list"] == name}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
