"""The table of sources names tests that are there, that are of that kind, and leaves no kind out."""

import ast
import re
from functools import lru_cache

import pytest

from catalog.systems import KINDS
from tests.reference.markdown import ROOT
from tests.reference.sources import Proof, proofs

BAD_INPUT = (
    "wrong password", "vanishes mid-read", "half-written file", "NUL bytes", "100 MB", "zip bomb", "traversal in a zip",
    "formula injection", "repeats for ever", "XML entity bomb",
)  # fmt: skip
"""What issue after issue has asked for: one line at least for each."""


@lru_cache
def functions_of(file: str) -> frozenset[str]:
    """Names of the test functions of a file that are not skipped or expected to fail."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not any(re.search(r"mark\.(skip|xfail|slow)", ast.unparse(mark)) for mark in node.decorator_list)
    )


@pytest.mark.parametrize("proof", proofs(), ids=lambda proof: proof.test)
def test_the_test_named_is_there_and_reads_that_kind(proof: Proof) -> None:
    assert proof.test in functions_of(proof.file)
    names = {"files": ("files", "formats", "a_folder", "watch")}.get(proof.kind, (proof.kind,))
    text = (ROOT / proof.file).read_text(encoding="utf-8")
    assert any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def test_every_kind_of_source_and_every_kind_of_bad_input_has_its_line() -> None:
    assert {proof.kind for proof in proofs() if proof.part == "source"} == set(KINDS)
    told = [proof.what for proof in proofs() if proof.part == "bad"]
    assert [item for item in BAD_INPUT if not any(item in what for what in told)] == []


def test_every_line_is_said_once() -> None:
    lines = [(proof.part, proof.kind, proof.what) for proof in proofs()]
    assert len(lines) == len(set(lines))
