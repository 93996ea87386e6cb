"""docs/reference/elements.md and datasets.md: data elements, and the demo city's datasets with their items."""

from collections.abc import Iterator

from catalog.contracts import Contract, load_contracts
from catalog.standards.elements import elements
from tests.reference.markdown import ROOT, code, document, section, table

ELEMENTS = """
A data element (数据元) says what an item may hold, in which form, under which standard, how guarded. Contracts name one
per item. Table: `catalog/standards/elements.csv`; code lists: `catalog/standards/code_lists/`.
"""
DATASETS = """
The datasets of the demo city, as their contracts (`demo/contracts/`, ODCS v3.1) describe them. A real county registers
its own: see [connect a department](../how-to/connect-a-department.md). Key items are marked `*`; P: personal
information (s: sensitive).
"""


def elements_page() -> str:
    """The page of data elements."""
    rows = (
        (
            code(item.code),
            item.name_zh,
            item.name_en,
            item.family,
            item.kind,
            item.length or "",
            code(item.code_list),
            item.grade,
            item.personal,
            item.clause,
            item.unit,
        )
        for item in elements().values()
    )
    heads = (
        "element",
        "中文",
        "English",
        "family",
        "kind",
        "length",
        "code list",
        "grade",
        "personal",
        "clause",
        "unit",
    )
    return document("Data elements 数据元", ELEMENTS, table(heads, rows))


def datasets_page() -> str:
    """The page of datasets."""
    contracts = load_contracts(ROOT / "demo" / "contracts")
    return document(
        "Datasets of the demo city 演示城市数据集", DATASETS, *(_dataset(one) for one in contracts.values())
    )


def _dataset(contract: Contract) -> str:
    facts = (
        f"{contract.title_en}. {contract.abstract_zh} {contract.abstract_en}\n\n"
        f"Agency {code(contract.agency)}, system {code(contract.system)}, from {code(contract.locator)};"
        f" {contract.mode}, {contract.update_cycle or 'on request'}; sharing: {contract.sharing};"
        f" grade {contract.grade}."
    )
    items = table(("item", "中文", "English", "as delivered", "element", "kind", "grade", "P"), _items(contract))
    rules = table(("rule", "weighs", "中文", "English"), _rules(contract)) if contract.row_rules else ""
    return section(f"{contract.dataset} {contract.title_zh}", facts, items, rules)


def _items(contract: Contract) -> Iterator[tuple[str, ...]]:
    for item in contract.items:
        mark = {"none": "", "general": "P", "sensitive": "Ps"}[item.personal]
        name = code(item.name) + ("*" if item.key else "")
        yield name, item.title_zh, item.title_en, item.source_name, code(item.element), item.kind, item.grade, mark


def _rules(contract: Contract) -> Iterator[tuple[str, ...]]:
    for rule in contract.row_rules:
        yield code(rule.rule_id), rule.severity, rule.title_zh, rule.title_en
