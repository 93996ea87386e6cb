"""Contracts made elsewhere come back as they were: every field, kind and the order."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.contracts import parse_contract
from catalog.contracts_document import faults, read, write
from catalog.errors import ContractBroken
from tests.factories.outside import outside

ROOT = Path(__file__).resolve().parents[3]
OURS = sorted((ROOT / "demo" / "contracts").glob("*.odcs.yaml"))
FOREIGN = """
version: 1.0
x-team: {zeta: 1, alpha: 2}
kind: DataContract
schema:
  - unknownField: [no, on, off, yes, ~, "null", null, true, "true"]
    when: 2022-10-03
    at: 09:30:10
    clock: 12:30:45
    size: 1e3
    code: "0370683"
    bare: 0370683
    text: |
      two
      lines
    empty: ""
    none:
    rate: .5
    名称: 目录　全角
id: a
apiVersion: v2.2.2
"""


def ordered(value: Any) -> Any:
    """The value with the order of its keys and the kinds of its leaves made visible."""
    if isinstance(value, dict):
        return [(key, ordered(below)) for key, below in value.items()]
    return [ordered(one) for one in value] if isinstance(value, list) else (type(value).__name__, value)


def test_a_foreign_contract_with_unknown_fields_keeps_them_in_their_order() -> None:
    document = read(FOREIGN, name="x")
    assert ordered(read(write(document), name="x")) == ordered(document)
    assert list(document) == ["version", "x-team", "kind", "schema", "id", "apiVersion"]
    (table,) = document["schema"]
    assert table["unknownField"] == ["no", "on", "off", "yes", None, "null", None, True, "true"]
    assert (table["when"], table["at"], table["clock"]) == ("2022-10-03", "09:30:10", "12:30:45")
    assert (table["size"], table["code"], table["bare"], table["rate"]) == (1000.0, "0370683", 370683, 0.5)
    assert (table["none"], table["empty"], table["text"]) == (None, "", "two\nlines\n")


def test_the_published_examples_come_back_whole_and_valid() -> None:
    examples = outside("odcs_examples/all-data-types.odcs.yaml") / "odcs_examples"
    paths = sorted(examples.glob("*.yaml"))
    assert paths
    for path in paths:
        document = read(path.read_text(encoding="utf-8"), name=path.name)
        again = read(write(document), name=path.name)
        assert ordered(again) == ordered(document), path.name
        assert faults(again) == (), path.name


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name.split(".")[0])
def test_our_own_contracts_mean_the_same_after_a_round_trip(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    again = write(read(text, name=path.name))
    before, after = parse_contract(text, name=path.name), parse_contract(again, name=path.name)
    assert (after.items, after.row_rules, after.options, after.version) == (
        before.items, before.row_rules, before.options, before.version,
    )  # fmt: skip
    assert faults(read(again, name=path.name)) == ()


leaves = st.one_of(st.text(max_size=12), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
trees = st.recursive(
    leaves, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=6), below, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(min_size=1, max_size=8), trees, max_size=5))
def test_whatever_is_written_reads_the_same(document: dict[str, Any]) -> None:
    assert ordered(read(write(document), name="x")) == ordered(document)


@given(st.text(alphabet="0123456789+-.eE_:xobnyNYaftrulsé~ ", max_size=10))
def test_a_text_is_a_text_for_readers_of_the_older_yaml_too(text: str) -> None:
    assert yaml.safe_load(write({"a": text})) == {"a": text}


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "- a\n", "a: [", "", "? [1]\n: 2\n", "a: &x [*x]\nb: !!python/none\n"]
)
def test_what_is_no_contract_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(ContractBroken, match=r"their\.yaml"):
        read(text, name="their.yaml")


def test_a_field_the_standard_does_not_know_is_named() -> None:
    assert "colour" in " ".join(faults({"apiVersion": "v3.1.0", "kind": "DataContract", "id": "a", "colour": "red"}))
