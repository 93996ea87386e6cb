"""Own standards: what may be proposed, what is refused and why, and what is in force for every reader."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog.errors import ConfigurationError, HubError
from catalog.standards.code_lists import code_days, code_list, code_list_names, codes_by_text
from catalog.standards.elements import element, elements
from catalog.standards.own import in_force
from catalog.standards.own.additions import Additions, Entry, ValueRule, as_document, from_document, merged
from catalog.standards.own.check import check
from catalog.standards.own.proposal import read
from lake.engines.duckdb import connect
from lake.engines.expressions import is_pattern

ENTRY = Entry("sign_kind", "01", "落地", "Standing")
ROW = {
    "code": "sign_kind", "name_zh": "类别", "name_en": "Kind", "family": "code", "kind": "string", "length": "2",
    "code_list": "sign_kind", "grade": "L1", "personal": "none", "clause": "办法第五条", "unit": "",
}  # fmt: skip
RULE = ValueRule("sign_form", "sign_kind", "0[0-9]", "warn", "办法第八条", "写法不符", "is not of the form")
ALL = Additions((ROW,), (ENTRY,), (RULE,))
MALE = Entry("sex", "1", "男性", "Male")
UNUSED_SEX = Entry("sex", "8", "其他", "Other")


def compiles(pattern: str) -> bool:
    with connect(functions=False) as connection:
        return is_pattern(connection, pattern)


def row(**changes: str) -> Additions:
    return Additions(({**ROW, "code_list": "sex", **changes},))


def rule(**changes: Any) -> Additions:
    return Additions((ROW,), (ENTRY,), (replace(RULE, **changes),))


def entries(*given: Entry) -> Additions:
    return Additions(entries=given)


def packaged(code: str) -> dict[str, str]:
    one = elements()[code]
    return {name: str(getattr(one, name)) for name in ROW}


def test_what_is_new_and_whole_may_be_proposed() -> None:
    check(ALL, Additions(), compiles=compiles)
    check(entries(UNUSED_SEX), Additions(), compiles=compiles)
    known = {code: zh for code, zh in code_list("sex").items()}
    assert "8" not in known
    male = Entry("sex", "1", known["1"], _english("sex", "1"), valid_to=date(2026, 12, 31))
    check(entries(male), Additions(), compiles=compiles)


def _english(name: str, code: str) -> str:
    from catalog.standards.code_lists import code_list_en

    return code_list_en(name)[code]


@pytest.mark.parametrize(
    ("added", "known", "code"),
    [
        (Additions(), Additions(), "proposal_empty"),
        (row(code="resident_id"), Additions(), "element_taken"),
        (row(code="sign_kind", name_zh="别的"), ALL, "element_taken"),
        (Additions((ROW,)), ALL, "element_double"),
        (Additions((ROW, ROW), (ENTRY,)), Additions(), "proposal_double"),
        (entries(ENTRY, ENTRY), Additions(), "proposal_double"),
        (entries(replace(MALE, name_zh="女")), Additions(), "entry_taken"),
        (entries(ENTRY), ALL, "entry_double"),
        (entries(replace(ENTRY, name_zh="别的")), ALL, "entry_taken"),
        (
            entries(replace(ENTRY, valid_to=date(2027, 1, 1))),
            entries(replace(ENTRY, valid_to=date(2026, 1, 1))),
            "entry_double",
        ),
        (
            entries(replace(ENTRY, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1))),
            Additions(),
            "entry_days_reversed",
        ),
        (entries(Entry("division", "379999", "某县", "Somewhere")), Additions(), "entry_of_divisions"),
        (entries(replace(ENTRY, code="'; --")), Additions(), "entry_misnamed"),
        (row(code="Sign Kind"), Additions(), "element_misnamed"),
        (row(personal="sensitive", grade="L3"), Additions(), "element_grade_too_low"),
        (row(personal="general", grade="L1"), Additions(), "element_grade_too_low"),
        (row(grade="L9"), Additions(), "grade_unknown"),
        (row(personal="secret"), Additions(), "personal_unknown"),
        (row(code_list="nobody_has"), Additions(), "element_list_unknown"),
        (row(family="geometry", kind="geometry", code_list=""), Additions(), "element_kind_unknown"),
        (row(family="text", code_list="sex"), Additions(), "element_kind_unknown"),
        (rule(pattern="("), Additions(), "rule_pattern_invalid"),
        (rule(pattern="(?!a)b"), Additions(), "rule_pattern_invalid"),
        (rule(pattern="{now}"), Additions(), "rule_pattern_invalid"),
        (rule(element="nobody_has"), Additions(), "rule_unusable"),
        (rule(element="birth_date"), Additions(), "rule_unusable"),
        (rule(severity="shout"), Additions(), "rule_unusable"),
        (Additions(rules=(RULE,)), ALL, "rule_misnamed"),
    ],
)
def test_what_cannot_come_into_force_is_refused_with_its_reason(added: Additions, known: Additions, code: str) -> None:
    with pytest.raises(HubError) as raised:
        check(added, known, compiles=compiles)
    assert raised.value.code == code
    assert raised.value.zh.count("。") == 1


def test_a_packaged_element_proposed_as_it_is_is_a_double() -> None:
    with pytest.raises(HubError) as raised:
        check(Additions((packaged("sex"),)), Additions(), compiles=compiles)
    assert raised.value.code == "element_double"


def test_readers_see_what_is_in_force_and_no_longer_when_it_is_another_hubs(tmp_path: Path) -> None:
    ended = Entry("sex", "1", code_list("sex")["1"], _english("sex", "1"), valid_to=date(2026, 6, 30))
    assert in_force.keep(tmp_path, merged((ALL, entries(ended, UNUSED_SEX))))
    assert (element("sign_kind").clause, code_list("sign_kind")) == ("办法第五条", {"01": "落地"})
    assert codes_by_text("sign_kind") == {"落地": "01"}
    assert list(code_list("sex"))[-1] == "8"
    assert list(code_list("sex")).count("1") == 1
    assert code_days("sex") == {"1": (None, date(2026, 6, 30))}
    assert "sign_kind" in code_list_names()
    assert element("sign_kind") is element("sign_kind")
    in_force.use(tmp_path / "elsewhere")
    assert "sign_kind" not in elements()
    assert "8" not in code_list("sex")


def test_a_process_that_comes_to_the_door_again_sees_a_file_that_was_replaced(tmp_path: Path) -> None:
    in_force.keep(tmp_path, ALL)
    held = in_force.current()
    in_force.use(tmp_path)
    assert in_force.current() is held
    assert not in_force.keep(tmp_path, ALL)
    assert in_force.keep(tmp_path, merged((ALL, entries(UNUSED_SEX))))
    assert "8" in code_list("sex")


def test_a_hub_without_own_standards_writes_no_file(tmp_path: Path) -> None:
    assert not in_force.keep(tmp_path / "none", Additions())
    assert not (tmp_path / "none").exists()


def test_a_spoilt_file_is_said_and_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / in_force.FILE).write_text('{"elements": [', encoding="utf-8")
    in_force.use(tmp_path)
    with pytest.raises(ConfigurationError, match="shuniu standard restore"):
        element("sex")


def test_additions_come_back_from_json_as_they_were() -> None:
    dated = Additions((ROW,), (replace(ENTRY, valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1)),), (RULE,))
    assert as_document(from_document(as_document(dated))) == as_document(dated)
    assert from_document(as_document(dated)).entries == dated.entries


def _written(**parts: Any) -> str:
    return yaml.safe_dump(parts, allow_unicode=True)


LIST = {
    "code_list": "sign_kind",
    "clause": "办法",
    "entries": [{"code": "01", "name_zh": "落地", "name_en": "Standing"}],
}


def test_a_proposal_is_read_whole() -> None:
    ((entry,), row_, rule_) = (
        (got := read(_written(code_lists=[LIST], elements=[{**ROW, "length": 2}], rules=[RULE.__dict__]))).entries,
        got.elements,
        got.rules,
    )
    assert (entry.code, entry.clause, dict(row_[0]), rule_) == ("01", "办法", ROW, (RULE,))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[", ""),
        ("", ""),
        ("colours: []", ""),
        (_written(code_lists="all"), "code_lists"),
        (_written(code_lists=[{**LIST, "entries": [{"code": 1, "name_zh": "a", "name_en": "b"}]}]),
         "code_lists[1].entries[1].code"),
        (_written(code_lists=[{**LIST, "entries": [{**LIST["entries"][0], "valid_to": "soon"}]}]),  # type: ignore[dict-item]
         "code_lists[1].entries[1].valid_to"),
        (_written(elements=[{"code": "x"}]), "elements[1]"),
        (_written(elements=[{**ROW, "length": -1}]), "elements[1].length"),
        (_written(elements=[{**ROW, "length": 2, "clause": " "}]), "elements[1].clause"),
        (_written(rules=[{**RULE.__dict__, "sql": "1"}]), "rules[1]"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_form_of_a_proposal_is_refused_by_its_place(text: str, place: str) -> None:
    with pytest.raises(HubError) as raised:
        read(text)
    assert (raised.value.code, raised.value.parts["place"]) == ("proposal_malformed", place)
