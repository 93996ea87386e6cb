"""Names, addresses, days, moments and numbers out of everything departments write."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from catalog.settings import Settings
from tests.factories.staging import contract, staged, told

SPELLINGS: dict[str, list[tuple[str, Any, list[str]]]] = {
    # element: delivered, value, told
    "person_name": [
        ("买买提•艾山", "买买提·艾山", ["variant_dot"]),
        ("买买提．艾山", "买买提·艾山", ["variant_dot"]),
        ("买买提·艾山", "买买提·艾山", []),
        ("张 三", "张三", ["blanks"]),
        ("𠮷田䶮", "𠮷田䶮", []),
        ("JOHN A. SMITH", "JOHN A. SMITH", []),
    ],
    "org_name": [
        ("莱州(华兴)有限公司", "莱州（华兴）有限公司", ["bracket_variant"]),
        ("莱州 华兴有限公司", "莱州华兴有限公司", ["blanks"]),
        ("莱州ＡＢＣ公司", "莱州ABC公司", ["fullwidth"]),
        ("ABC (Laizhou) Ltd", "ABC (Laizhou) Ltd", []),
    ],
    "address_text": [
        ("文昌路街道光州路１２号３单元", "文昌路街道光州路12号3单元", ["fullwidth"]),
    ],
    "text": [
        ("见附件，另行（补）", "见附件，另行（补）", []),
    ],
    "period": [
        ("2026年3月", "202603", []),
        ("202603", "202603", []),
    ],
    "amount_yuan": [
        ("¥1,200.50元", 1200.5, []),
        ("1.2万元", 12000.0, ["unit"]),
    ],
    "capital": [
        ("5000000元", 500.0, ["unit"]),
        ("1.5亿元", 15000.0, ["unit"]),
        ("500万元", 500.0, []),
        ("５００", 500.0, ["fullwidth"]),
    ],
    "floors": [
        ("18层", 18, []),
        ("18.0", 18, []),
    ],
    "growth": [
        ("-3.5%", -3.5, []),
    ],
}


@pytest.mark.parametrize("item", SPELLINGS)
def test_texts_and_numbers_are_written_one_way(settings: Settings, item: str) -> None:
    cases = SPELLINGS[item]
    found = told(settings, item, [delivered for delivered, _, _ in cases])
    assert found == [(value, notes) for _, value, notes in cases]


def test_days_in_every_form_become_days_and_the_unusual_forms_are_told(settings: Settings) -> None:
    usual = ["1990-03-07"] * 8
    others = ["19900307", "1990/3/7", "1990.03.07", "1990年3月7日", "1990-3-7", "32939", "１９９０－０３－０７"]
    found = told(settings, "birth_date", [*usual, *others])
    assert {value for value, _ in found} == {date(1990, 3, 7)}
    assert [notes for _, notes in found[8:]] == [["date_format"]] * 6 + [["fullwidth"]]
    assert [notes for _, notes in found[:8]] == [[]] * 8


def test_the_form_a_department_mostly_uses_is_not_told(settings: Settings) -> None:
    found = told(settings, "birth_date", ["19900307", "19900308", "1990-03-09"])
    assert [notes for _, notes in found] == [[], [], ["date_format"]]


def days(settings: Settings, texts: list[str | None]) -> list[tuple[Any, list[str], list[str]]]:
    rows = staged(settings, contract("birth_date"), {"birth_date": pa.array(texts, pa.string())})
    return [(row["birth_date"], row["_notes"], row["_bad"]) for row in rows]


def test_placeholders_are_no_days(settings: Settings) -> None:
    found = days(settings, ["00000000", "1900-01-01", "19000101", "0000-00-00", "1900年1月1日"])
    assert found == [(None, ["birth_date:placeholder"], [])] * 5


def test_what_is_no_day_is_named_as_unreadable(settings: Settings) -> None:
    found = days(settings, ["1985-02-29", "昨天", "199003", "1990-13-01", "3/7/1990", "0000-05-05"])
    assert found == [(None, [], ["birth_date"])] * 6


def test_nothing_is_neither_a_day_nor_a_fault(settings: Settings) -> None:
    assert days(settings, [None, "", "  ", "无", "-", "NULL"]) == [(None, [], [])] * 6


def test_moments_are_wall_clock_time_of_china(settings: Settings) -> None:
    written = [
        "2026-11-20 09:30:00", "2026-11-20T01:30:00Z", "2026-11-20T09:30:00+08:00", "2026/11/20 9:30",
        "20261120093000", "1795138200", "1795138200000", "2026年11月20日 09:30",
    ]  # fmt: skip
    found = {value for value, _ in told(settings, "datetime", written)}
    assert found == {datetime(2026, 11, 20, 9, 30)}  # noqa: DTZ001


def test_a_moment_of_a_database_keeps_its_day_in_china(settings: Settings) -> None:
    moment = pa.array([datetime(2019, 12, 31, 16, 0, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    rows = staged(settings, contract("date", "datetime"), {"date": moment, "datetime": moment})
    assert rows[0]["date"] == date(2020, 1, 1)
    assert rows[0]["datetime"] == datetime(2020, 1, 1)  # noqa: DTZ001
    assert rows[0]["_notes"] == []


@pytest.mark.parametrize(("item", "text"), [("floors", "18.5"), ("capital", "约五百"), ("period", "202613")])
def test_what_is_no_number_is_named_as_unreadable(settings: Settings, item: str, text: str) -> None:
    (row,) = staged(settings, contract(item), {item: [text]})
    assert (row[item], row["_bad"]) == (None, [item])
