"""Reading our own source without importing it."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.reference.markdown import PACKAGES, ROOT


def modules() -> Iterator[tuple[str, ast.Module]]:
    """(path from the root, syntax tree) of every module of ours, sorted by package."""
    yield from _parsed()


@cache
def _parsed() -> tuple[tuple[str, ast.Module], ...]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in paths
        if "migrations" not in path.parts
    )


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Every function of a module, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def told(node: ast.expr) -> str | None:
    """The text a string expression will have, with {names} where values are filled in; None for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_part(value) for value in values)
        case ast.IfExp(body=body):
            return told(body)
        case _:
            return None


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.FormattedValue):
        return "{" + _name(value.value).lower() + "}"
    return told(value) or ""


def _name(value: ast.expr) -> str:
    """What a person would call the value that is filled in."""
    match value:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Call(args=[first, *_]):
            return _name(first)
        case ast.Call(func=ast.Attribute(value=inner)):
            return _name(inner)
        case ast.BoolOp(values=[first, *_]) | ast.IfExp(body=first) | ast.Subscript(value=first):
            return _name(first)
        case ast.GeneratorExp(elt=first) | ast.Starred(value=first):
            return _name(first)
        case _:
            return "..."
