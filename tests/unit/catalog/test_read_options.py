"""Options are the ones the code reads: none is missing from the table, and a misspelled one is told with the list."""

import re
from pathlib import Path

import pytest

from catalog.errors import InvalidInput
from catalog.read_options import KINDS_OF, KNOWN, SPANS, check_options, options
from catalog.systems import KINDS

ROOT = Path(__file__).resolve().parents[3]
CODE = ("catalog", "lake", "quality", "dags")
READ = re.compile(r"""contract\.options(?:\.get\(|\[|, )"(\w+)"|_option\(contract, "(\w+)\"""")
PAGED = re.compile(r"""\boptions(?:\.get\(|\[|, )"(\w+)\"""")
OUTLINED = re.compile(r"""get\("options"\) or \{\}\)\.get\("(\w+)"\)""")
OF_SYSTEM = re.compile(r"""(?:spec\.options\.get\(|(?:number|whole)\((?:self\.)?spec\.options, )"(\w+)\"""")
INTERNAL = {"looking", "first_only", "acknowledge"}
"""How lake.sources.peek tells a source that it is only looked at; nobody writes these."""


def code() -> str:
    """The code that reads and judges."""
    return "\n".join(path.read_text("utf-8") for part in CODE for path in (ROOT / part).rglob("*.py"))


def asked_for() -> set[str]:
    """Names of contract options in the code that reads and judges."""
    paging = (ROOT / "lake" / "sources" / "web" / "paging.py").read_text("utf-8")
    direct = {one or other for one, other in READ.findall(code())}
    return direct | set(PAGED.findall(paging)) | set(OUTLINED.findall(code()))


def test_the_table_is_what_the_code_reads_and_nothing_else() -> None:
    assert asked_for() == KNOWN


def test_the_options_of_systems_are_what_the_code_reads_and_nothing_else() -> None:
    proof = (ROOT / "lake" / "sources" / "web" / "proof.py").read_text("utf-8")
    read = set(OF_SYSTEM.findall(code())) | set(PAGED.findall(proof))
    assert read - INTERNAL == {one.name for one in options() if one.of == "system"}


def test_every_option_says_in_both_languages_what_it_does_and_for_which_kinds() -> None:
    known = {*KINDS, *KINDS_OF, "any"}
    assert [one.name for one in options() if not (one.zh and one.en and one.kinds and set(one.kinds) <= known)] == []
    names = [(one.of, one.name) for one in options()]
    assert len(names) == len(set(names))


def test_every_option_that_is_a_number_says_in_both_languages_what_it_may_be() -> None:
    said = {(one.of, one.name): (one.zh, one.en) for one in options() if one.name in SPANS}
    assert {name for _, name in said} == SPANS.keys()
    for (_, name), (zh, en) in said.items():
        least, most = f"{SPANS[name].least:g}", SPANS[name].most
        assert f"{least} 至 {most}" in zh, name
        assert f"{least} to {most}" in en, name


def test_a_misspelled_option_is_told_with_the_ones_there_are() -> None:
    check_options(["encoding", "delimiter", "history"], kind="files")
    with pytest.raises(InvalidInput) as refused:
        check_options(["encodin"], kind="files")
    assert refused.value.code == "option_unknown"
    assert "encodin。" in refused.value.zh
    assert "encoding" in refused.value.zh
    assert "query" not in refused.value.zh, "files have no query"


def test_an_option_of_another_kind_of_system_is_refused_and_messages_take_any() -> None:
    with pytest.raises(InvalidInput):
        check_options(["encoding"], kind="postgresql")
    check_options(["query", "partition_by"], kind="sql")
    check_options(["encoding", "paging"], kind="mqtt")
