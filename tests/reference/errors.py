"""docs/reference/errors.md: the classes of errors, and every stable code with its two sentences."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import catalog.errors
from catalog.errors import HubError
from exchange_api.errors import SENTENCES
from tests.reference.markdown import code, document, section, table
from tests.reference.source import modules, told

INTRO = """
An error is a sentence in Chinese and English: what happened, to what, what to do. It never holds a data value. Programs
rely on `code`, which is stable; the sentences may be reworded. Over HTTP an error is a problem document (RFC 9457,
`application/problem+json`) with `type`, `title`, `status`, `code`, `detail`; the command line prints the sentence to
stderr and ends with the exit code. Anything unforeseen is answered as `internal`, without its text.
错误信息为中英文两句话；程序请依据 `code`。`{...}` 处为部门、数据集、数据项等名称，绝不含数据值。

The class `Note` is no error and has no status: what a step that went well tells on its run.
`Note` 不是错误：步骤正常完成时在运行记录中的说明。
"""


@dataclass(frozen=True)
class Raised:
    """One place where an error is made."""

    code: str
    kind: str
    zh: str
    en: str
    path: str


def raised() -> list[Raised]:
    """Every error our code makes with a code written out, sorted by code."""
    found = [error for path, tree in modules() for error in _raised_in(path, tree)]
    return sorted(found, key=lambda error: (error.code, error.kind, error.en))


def page() -> str:
    """The page."""
    return document(
        "Errors 错误",
        INTRO,
        section("Classes 类别", table(("class", "HTTP", "exit", "meaning"), _classes())),
        section("Codes 代码", table(("code", "class", "中文", "English"), _codes())),
        section("Before a route is reached", table(("code", "HTTP", "中文", "English"), _framework())),
    )


def _classes() -> Iterator[tuple[object, ...]]:
    kinds: list[type[HubError]] = [HubError, *_below(HubError)]
    for kind in kinds:
        if kind.__module__ == catalog.errors.__name__:
            yield code(kind.__name__), kind.http_status, kind.exit_code, (kind.__doc__ or "").split("`")[0].strip()


def _below(kind: type[HubError]) -> Iterator[type[HubError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _codes() -> Iterator[tuple[object, ...]]:
    seen: set[tuple[str, str]] = set()
    for error in raised():
        if (error.code, error.kind) not in seen:
            seen.add((error.code, error.kind))
            yield code(error.code), error.kind, error.zh, error.en


def _framework() -> list[tuple[object, ...]]:
    return [(code(name), status, zh, en) for status, (name, zh, en) in SENTENCES.items()]


def _raised_in(path: str, tree: ast.Module) -> Iterator[Raised]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        stable, zh, en = named.get("code"), told(node.args[-2]), told(node.args[-1])
        if isinstance(stable, ast.Constant) and isinstance(stable.value, str) and zh is not None and en is not None:
            yield Raised(stable.value, ast.unparse(node.func).split(".")[-1], zh, en, path)
