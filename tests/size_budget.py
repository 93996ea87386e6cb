"""The size budget: no module over 400 lines, no function over 50. Run by `make check`; prints what is too long."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("catalog", "lake", "quality", "authorization", "exchange_api", "dags", "launch", "demo", "benchmarks")
MOST_MODULE_LINES = 400
MOST_FUNCTION_LINES = 50
MOST_FOLDER_ENTRIES = 30


def breaches(root: Path) -> Iterator[str]:
    """One line for each module or function over the budget. Migrations, which machines write, are left out."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            lines = text.count("\n")
            if lines > MOST_MODULE_LINES:
                yield f"{path.relative_to(root)}: {lines} lines (at most {MOST_MODULE_LINES})"
            yield from _functions(path.relative_to(root), ast.parse(text))


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
