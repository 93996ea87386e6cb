"""Code lists (代码表): the codes a data item may hold, their names, and the texts departments write instead of them.

One CSV per list in code_lists/ (code,name_zh,name_en); code_lists/aliases.csv holds the other ways of writing a code.
"""

import csv
from functools import cache
from pathlib import Path

from catalog.errors import ConfigurationError, NotFound
from catalog.standards import divisions

_FOLDER = Path(__file__).with_name("code_lists")
_ALIASES = "aliases"


@cache
def code_list_names() -> tuple[str, ...]:
    """The names of all code lists, sorted."""
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


@cache
def codes_by_text(name: str) -> dict[str, str]:
    """What people write instead of a code -> the code: the names, the names without their last word, the aliases.

    男 and 男性 both give 1, 汉 and 汉族 both give 01. A text that would mean two codes is left out.
    """
    if name == "division":
        return {}
    texts: dict[str, str] = {}
    doubtful: set[str] = set()
    for code, zh, _ in _rows(name):
        for text in {zh, zh.removesuffix("族") if len(zh) > 1 else zh}:
            if texts.setdefault(text, code) != code:
                doubtful.add(text)
    return {text: code for text, code in texts.items() if text not in doubtful} | _aliases(name)


@cache
def _rows(name: str) -> tuple[tuple[str, str, str], ...]:
    if name == "division":
        return tuple((row.code, row.name, "") for row in divisions.divisions())
    if name not in code_list_names():
        raise NotFound(
            f"没有名为“{name}”的代码表，可用的有：{'、'.join(code_list_names())}",
            f"There is no code list {name!r}; there are: {', '.join(code_list_names())}",
            code="code_list_unknown",
            code_list=name,
        )
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
