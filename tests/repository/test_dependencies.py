"""What we depend on is declared, pinned, and has its reason written down; no place to get it from is named."""

import ast
import re
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.reference.markdown import PACKAGES
from tests.reference.source import modules

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").split("\n")
PINNED = {line.partition("==")[0] for line in LINES if line}
THROUGH = {"click": "typer", "starlette": "fastapi", "pydantic-core": "pydantic", "pluggy": "pytest", "py4j": "pyspark"}
"""Imported as part of the public face of what we do depend on."""


def _name(requirement: str) -> str:
    return re.split(r"[\[=<>!~ ;]", requirement)[0].lower().replace("_", "-")


def _direct() -> set[str]:
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return {_name(requirement) for group in groups for requirement in group}


def test_every_direct_dependency_is_pinned() -> None:
    missing = sorted(_direct() - PINNED)
    assert not missing, f"add to constraints.txt, with its own dependencies: {missing}"


def test_every_pin_is_one_exact_version_of_one_name() -> None:
    strange = [line for line in LINES if line and not re.fullmatch(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.+!]*", line)]
    assert not strange, f"no URL, no option, no range in constraints.txt: {strange}"
    assert len(PINNED) == len([line for line in LINES if line]), "a name is pinned twice"


@pytest.mark.parametrize("name", sorted(_direct()))
def test_every_direct_dependency_has_its_reason(name: str) -> None:
    words = re.findall(r"[a-z0-9*-]+", (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8"))
    assert any(fnmatch(name, word) for word in words if word.strip("*-")), (
        f"say in docs/explanation/dependencies.md why {name} is needed"
    )


def test_whatever_we_import_is_a_dependency_of_our_own() -> None:
    made_by = packages_distributions()
    ours = {*PACKAGES, "benchmarks", "tests"} | set(sys.stdlib_module_names)
    strangers = {
        f"{path}: {name}"
        for path, tree in modules()
        for name in _imported(tree) - ours
        if not {THROUGH.get(_name(dist), _name(dist)) for dist in made_by.get(name, [name])} & _direct()
    }
    assert not strangers, f"declare in pyproject.toml what is imported: {sorted(strangers)}"


def _imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
