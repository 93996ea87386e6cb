"""docs/reference/events.md: every EventTag and the write that leaves it."""

import ast

from catalog.actions.events import EventTag
from tests.reference.markdown import code, document, first_sentence, table
from tests.reference.source import functions, modules

INTRO = """
Every change to the registry leaves one event in the same transaction: what happened, to what, by whom, when. With the
event refused, the change is refused. Events hold no data values and no secrets. Reads of data are not events: each is a
record of the audit trail. 登记库的每次变更在同一事务中留下一条事件；数据的读取记入审计日志。
"""


def page() -> str:
    """The page."""
    writers = _writers()
    rows = [
        (code(tag.value), code(where), first_sentence(told))
        for tag in EventTag
        for where, told in writers.get(tag.name, [("", "")])
    ]
    return document("Events 事件", INTRO, table(("tag", "left by", "when"), rows))


def unwritten() -> list[str]:
    """Tags that no function leaves."""
    writers = _writers()
    return [tag.name for tag in EventTag if tag.name not in writers]


def _writers() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for path, tree in modules():
        for function in functions(tree):
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "EventTag":
                    place = path.removesuffix(".py").replace("/", ".")
                    entry = (f"{place}.{function.name}", ast.get_docstring(function) or "")
                    found.setdefault(node.attr, []).append(entry)
    return found
