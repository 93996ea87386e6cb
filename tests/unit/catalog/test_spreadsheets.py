"""Exports in which no cell is a formula."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog.spreadsheets import defused
from exchange_api.responses import csv_text
from lake.feedback import statements as feedback


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_run_is_defused(begins):
    cell = begins + 'HYPERLINK("http://x")'
    assert defused(cell) == "'" + cell
    assert csv_text(["a"], [{"a": cell}]).decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")


def test_other_text_and_numbers_are_untouched():
    row = {"text": "莱州市-文昌路", "negative": Decimal("-1.50"), "count": -3, "empty": None}
    assert csv_text(list(row), [row]).decode("utf-8-sig").splitlines()[1] == "莱州市-文昌路,-1.50,-3,"
    assert defused("") == ""


def test_a_feedback_file_holds_no_formula_either(tmp_path):
    line = {
        "day": "2026-03-02", "dataset": "d", "recipient": "housing", "purpose": "=cmd()", "decision": "allowed",
        "calls": 1, "rows": 2, "items": ["a"],
    }  # fmt: skip
    report = feedback.Report("civil-1", "civil", 1, 2, {"summary": [line], "merkle_root": "00"})
    feedback._to_folder(report, {"location": str(tmp_path)}, datetime(2026, 3, 2, tzinfo=UTC))
    text = (tmp_path / "civil-1.csv").read_text(encoding="utf-8-sig")
    assert ",'=cmd()," in text
    assert ",=cmd()" not in text
