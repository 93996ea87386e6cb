"""docs/reference/options.md: every option of a contract and of a system, from catalog/read_options.csv."""

from catalog.read_options import KINDS_OF, Option, options
from tests.reference.markdown import code, document, section, table

INTRO = """
How a dataset is read, understood and kept stands in its contract, in the custom property `options` (of
`shuniu source profile` and `draft`: `--option name=value`). How a system is reached stands in its own options, given to
`shuniu source add` alike. What is not given has the default in brackets; a name that is not here is told by
`shuniu contract check`. 契约选项与系统选项。How to: [connect a department](../how-to/connect-a-department.md),
[decide how a dataset loads](../how-to/decide-how-a-dataset-loads.md).
"""
FAMILIES = {
    "files": "Files",
    "pages": "Pages of an interface",
    "database": "Databases",
    "any": "Whatever the kind of system",
}


def page() -> str:
    """The page."""
    parts = [
        section(f"{title} {_kinds(family)}".strip(), _table(_of(family)), level=3) for family, title in FAMILIES.items()
    ]
    systems = [one for one in options() if one.of == "system"]
    rows = ((code(one.name), ", ".join(map(code, one.kinds)), one.en, one.zh) for one in systems)
    return document(
        "Options 选项",
        INTRO,
        section("Of a contract 契约选项", *parts),
        section("Of a system 系统选项", table(("option", "kinds", "what it does", "说明"), rows)),
    )


def _kinds(family: str) -> str:
    return f"({', '.join(KINDS_OF[family])})" if family in KINDS_OF else ""


def _of(family: str) -> list[Option]:
    return [one for one in options() if one.of == "contract" and family in one.kinds]


def _table(chosen: list[Option]) -> str:
    return table(("option", "what it does", "说明"), ((code(one.name), one.en, one.zh) for one in chosen))
