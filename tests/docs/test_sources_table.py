"""The table of sources names tests that are there, that are of that kind, and leaves no kind out."""

import ast
import re
from functools import lru_cache

import pytest

from catalog.systems import KINDS
from exchange_api.reachable import SCHEMES
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


def test_how_to_connect_gives_location_and_secret_of_every_kind() -> None:
    text = (ROOT / "docs" / "how-to" / "connect-a-department.md").read_text(encoding="utf-8")
    rows = {
        kind: (location, secret)
        for kinds, location, secret in re.findall(r"^\| (`[^|]*`) \| ([^|]+) \| ([^|]+) \|$", text, flags=re.M)
        for kind in re.findall(r"`(\w+)`", kinds)
    }
    assert set(rows) == set(KINDS)
    for kind, schemes in SCHEMES.items():
        addresses = re.findall(r"`([a-z0-9+]+)://", rows[kind][0])
        assert set(addresses) <= schemes, kind
    for named in ("oracle+", "mssql+", "dm+"):
        assert named in rows["sql"][0]
    assert {"client_id", "api_key", "access_key", "secret_key"} <= set(re.findall(r"`(\w+)`", rows["rest"][1]))
