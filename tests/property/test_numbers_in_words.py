"""However somebody spells a number of a person in words, it is found; what else stands in reasons is not."""

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.errors import InvalidInput
from catalog.standards import check_digits
from exchange_api.disguise import check_written
from exchange_api.numbers_of_people import gives_away

GAPS = ("", "", " ", "-", ".", "\u3000", "\u200b", "\u2013", "·", " - ", "\ufeff", "\u2060", "\n")
digits = st.text("0123456789", min_size=20, max_size=20)
dates = st.dates().map(lambda day: f"{1920 + day.year % 100:04}{day:%m%d}")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number that somebody bears."""
    some = draw(digits)
    body = "370683" + draw(dates) + some[:3]
    card = "62" + some[:13]
    return draw(
        st.sampled_from(
            (
                body + check_digits.mod_11_2(body),
                "13" + some[:9],
                card + check_digits.luhn(card),
                card + some[13:16],
                "E" + some[:8],
                "EB" + some[:7],
            )
        )
    )


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """A number in somebody's spelling: with what gaps between its signs, in full-width signs or not, in words."""
    number = draw(numbers())
    if draw(st.booleans()):
        number = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    one = draw(st.sampled_from(GAPS))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(number), max_size=len(number)) | st.just([one] * 20))
    text = "".join(sign + gap for sign, gap in zip(number, gaps, strict=False))
    return (
        draw(st.sampled_from(("", "证件号", "经核实，号码为："))) + text + draw(st.sampled_from(("", "户", "，已核实")))
    )


@given(text=spelled())
def test_a_number_is_found_in_any_spelling(text: str) -> None:
    # Amounts, and nothing else, are let through.
    assume(re.search("[0-9]", re.sub(r"[0-9]+\.[0-9]{1,2}(?![0-9.])", "", unicodedata.normalize("NFKC", text))))
    assert gives_away(text)


@pytest.mark.parametrize(
    "text",
    [
        "身份证 370683 19900307 7008",
        "370683-1990-03-07-7008",
        "370683 1990-03-07 7008",
        "2026 370683 19900307 7008",
        "电话 138 0013 8000 2户",
        "2026-11-20 138-0013-8000",
        "卡 6222 0212 3456 7890 123",
        "卡 4111-1111-1111-1111",
        "护照 E 1234 5678",
        "护照 g12345678",
        "\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10",
        "138\u200b0013\u200b8000",
        "139/1234/0077",
        "(139)12340077",
        "139,1234,0077",
        "370683（19900307）7008",
        "370683/19900307/7008",
        "电话一三九一二三四零零七七",
    ],
)
def test_ordinary_spellings_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        check_written(text)


@pytest.mark.parametrize(
    "text",
    [
        "莱个信删〔2026〕12号",
        "莱数据〔2026〕第 0012 号，2026-11-20 至 2026-11-21",
        "2026-11-20 2026-11-21 2026-11-22",
        "2026-11-20-2026-11-21",
        "金额 13.5 2026-11-20",
        "金额 1234.56 1234.56 1234.56 元",
        "金额 1,234,567.89 元，共 20261120 批",
        "第15 2026-11-20 3件",
        "批次 police_person-20261120-080000",
        "2019 2020 2021 2022 年",
        "办件 D20261120",
        "窗口 12 号 8:00-17:30，规则 GB 11643-1999 和 GB/T 36904-2018",
        "版本 2.10.3，3.14，服务热线 12345",
        "金额 13,912,340,077.00 元",
        "2026/11/20 8:00 至 2026/11/21 17:30",
        "二〇二六年十一月二十日",
    ],
)
def test_dates_amounts_and_numbers_of_papers_are_let_through(text: str) -> None:
    check_written(text)
