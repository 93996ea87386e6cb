"""Identifiers, phones and codes come to their stored form, and every change is told."""

from typing import Any

import pytest

from catalog.settings import Settings
from tests.factories.staging import told

VALID, OLD, NEW = "370683199003074514", "370683630110043", "370683196301100430"
CODE = "91370683MA3C00003Q"


SPELLINGS: dict[str, list[tuple[str, Any, list[str]]]] = {
    # element: delivered, stored, told
    "resident_id": [
        (VALID, VALID, []),
        ("３７０６８３１９９００３０７４５１４", VALID, ["fullwidth"]),
        ("37078319920618003x", "37078319920618003X", ["uppercase"]),
        ("370683 19900307 4514", VALID, ["separators"]),
        (OLD, NEW, ["upgraded15"]),
        ("370783550229123", "370783550229123", []),
        ("370683199003074511", "370683199003074511", []),
        (" \u3000", None, []),
    ],
    "uscc": [
        (CODE.lower(), CODE, ["uppercase"]),
        ("91370683MA3CO0003Q", CODE, ["confusable"]),
        ("91370683MO3C00003Q", "91370683MO3C00003Q", []),
    ],
    "org_code": [
        ("764100079", "76410007-9", []),
        ("76410007-9", "76410007-9", []),
    ],
    "phone": [
        ("+86 139-0535-0001", "13905350001", ["separators"]),
        ("１３９０５３５０００１", "13905350001", ["fullwidth"]),
        ("0535-2211234", "0535-2211234", []),
    ],
    "plate_no": [
        ("鲁f·12a34", "鲁F12A34", ["uppercase"]),
    ],
    "permit_no": [
        ("莱审〔2024〕１２号（补）", "莱审〔2024〕12号（补）", ["fullwidth"]),
    ],
    "sex": [
        ("男", "1", ["code_text"]),
        ("2.0", "2", []),
        ("不详", "不详", []),
    ],
    "ethnic": [
        ("汉", "01", ["code_text"]),
        ("1", "01", ["code_text"]),
    ],
    "industry": [
        ("c3351", "C3351", []),
    ],
    "division_code": [
        ("341822", "341882", ["abolished_division"]),
        ("370683", "370683", []),
    ],
    "community_code": [
        ("370625001001", "370683001001", ["abolished_division"]),
    ],
}


@pytest.mark.parametrize("item", SPELLINGS)
def test_an_identifier_or_code_comes_to_its_stored_form(settings: Settings, item: str) -> None:
    cases = SPELLINGS[item]
    found = told(settings, item, [delivered for delivered, _, _ in cases])
    assert found == [(value, notes) for _, value, notes in cases]


def test_yes_and_no_become_a_truth_value(settings: Settings) -> None:
    found = told(settings, "boolean", ["是", "N", "1", "0", "也许"])
    assert [value for value, _ in found] == [True, False, True, False, None]


def test_values_no_standard_knows_are_kept_for_the_quality_run(settings: Settings) -> None:
    strange = ["'; DROP TABLE x; --", "𠮷" * 40, "\\N", "%s{}", "😀"]
    assert [value for value, _ in told(settings, "certificate_no", strange)] == strange
