"""docs/reference/sources.md: every kind of source, and every kind of bad input, with the test that proves it.

The data is sources.csv beside this file; tests/docs/test_sources_table.py holds it against the kinds and the tests.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.reference.markdown import code, document, section, table

DATA = Path(__file__).with_name("sources.csv")
INTRO = """
What can be connected (`shuniu source add --kind ...`), and what each was tried against: the test named here runs in
`make test`. 可接入的来源与证明它的测试。How to connect one: [connect a department](../how-to/connect-a-department.md).
"""
BAD = """
Each ends in one sentence that says what to do; nothing is lost, nothing hangs, nothing is executed. 坏数据与坏系统。
"""


@dataclass(frozen=True)
class Proof:
    """One line of the table. part: 'source' or 'bad'; real: what the test reads from; file: from the root."""

    part: str
    kind: str
    what: str
    real: str
    file: str
    test: str


def proofs() -> list[Proof]:
    """All lines, in order of the file."""
    with DATA.open(encoding="utf-8", newline="") as stream:
        return [Proof(**line) for line in csv.DictReader(stream)]


def page() -> str:
    """The page."""
    return document(
        "Sources 来源",
        INTRO,
        section("What can be read", _table("source")),
        section("Bad input", BAD, _table("bad")),
    )


def _table(part: str) -> str:
    rows = [
        (code(proof.kind), proof.what, proof.real, f"{code(proof.file)}: {code(proof.test)}")
        for proof in proofs()
        if proof.part == part
    ]
    return table(("kind", "what", "tried against", "test"), rows)
