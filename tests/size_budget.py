"""The size budget: no module over 400 lines, no function over 50, no folder over 26 modules. Run by `make check`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("catalog", "lake", "quality", "authorization", "exchange_api", "dags", "launch", "demo", "benchmarks")
MOST_MODULE_LINES = 400
MOST_FUNCTION_LINES = 50
MOST_FOLDER_MODULES = 26
MOST_DEMO_MODULES = 32
"""The demo city has one module for each thing it is made of: persons, names, registers, their defects ..."""


def breaches(root: Path) -> Iterator[str]:
    """One line for each folder, module or function over the budget. Migrations, made one by one, are left out."""
    for package in PACKAGES:
        yield from _folders(root, package)
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            lines = text.count("\n")
            if lines > MOST_MODULE_LINES:
                yield f"{path.relative_to(root)}: {lines} lines (at most {MOST_MODULE_LINES})"
            yield from _functions(path.relative_to(root), ast.parse(text))


def _folders(root: Path, package: str) -> Iterator[str]:
    most = MOST_DEMO_MODULES if package == "demo" else MOST_FOLDER_MODULES
    for folder in sorted({path.parent for path in (root / package).rglob("*.py")}):
        modules = len(list(folder.glob("*.py")))
        if "migrations" not in folder.parts and modules > most:
            yield f"{folder.relative_to(root)}: {modules} modules (at most {most})"


def _functions(path: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {lines} lines (at most {MOST_FUNCTION_LINES})"


if __name__ == "__main__":
    found = list(breaches(Path(__file__).resolve().parent.parent))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)
