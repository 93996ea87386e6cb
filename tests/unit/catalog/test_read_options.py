"""Options are the ones the sources read: none is missing from the list, and a misspelled one is told with the list."""

import re
from pathlib import Path

import pytest

from catalog.errors import InvalidInput
from catalog.read_options import KNOWN, check_options

ROOT = Path(__file__).resolve().parents[3]
CODE = ("catalog", "lake", "quality", "dags")
READ = re.compile(r"""contract\.options(?:\.get\(|\[)"(\w+)"|_option\(contract, "(\w+)\"""")
PAGED = re.compile(r"""\boptions(?:\.get\(|\[)"(\w+)\"""")


def asked_for() -> set[str]:
    """Names of contract options in the code that reads and judges."""
    code = "\n".join(path.read_text("utf-8") for part in CODE for path in (ROOT / part).rglob("*.py"))
    paging = (ROOT / "lake" / "sources" / "web" / "paging.py").read_text("utf-8")
    return {one or other for one, other in READ.findall(code)} | set(PAGED.findall(paging))


def test_the_list_is_what_the_code_reads_and_nothing_else() -> None:
    assert asked_for() == KNOWN


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
