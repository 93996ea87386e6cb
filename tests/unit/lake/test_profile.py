"""A delivery nobody has described yet: what its columns are is told from the values, and shown without a value."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog.classification import check_classified
from catalog.contract_draft import Place, draft
from catalog.contracts import load_contract, parse_contract
from catalog.errors import ContractBroken, InvalidInput, SourceUnreadable
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import sources
from lake.profile import Column, glance, profile
from tests.factories.deliveries import a_contract, a_folder

NUMBERS = [body + check_digits.mod_11_2(body) for body in (f"370683198001{day:02}{day:03}" for day in range(1, 21))]
CODES = [
    body + check_digits.uscc(body)
    for body in (f"91370683{org}{check_digits.organisation(org)}" for org in (f"MA3C{n:04}" for n in range(20)))
]
CARDS = [body + check_digits.luhn(body) for body in (f"62220200{n:010}" for n in range(20))]
FAMILIES = "王李张刘陈杨赵孙徐朱"


def columns(tmp_path: Path, table: dict[str, Any]) -> dict[str, Column]:
    reader = pa.table(table).to_reader(max_chunksize=7)
    return {column.name: column for column in profile(Settings(home=tmp_path), reader)}


CASES = {
    "resident_id": NUMBERS,
    "uscc": CODES,
    "bank_card_no": CARDS,
    "phone": [f"138{n:08}" for n in range(15)] + ["0535-2234567", "+86 13900001111", "139 0000 2222"],
    "division_code": ["370683", "370602", "370613"],
    "date": ["2020-01-02", "1999年1月3日", "19990103", "2001/3/4"],
    "datetime": ["2020-01-02 10:00:00", "2020-01-03 11:30"],
    "period": ["202601", "202602"],
    "person_name": [f"{family}小明" for family in FAMILIES],
    "org_name": ["莱州市五金有限公司", "程郭镇第一小学", "城港路幼儿园"],
    "address_text": ["莱州市文昌路街道府前街12号", "沙河镇驿道村3组", "城港路街道1号楼2单元"],
    "sex": ["男", "女"],
    "longitude": ["119.93123", "120.00412"],
    "latitude": ["37.17123", "37.20412"],
    "integer": ["0", "12", "7"],
    "decimal": ["1.50", "2", "3.75"],
    "code": ["A-001", "A-002"],
    "text": ["见附件", "无"],
}


@pytest.mark.parametrize(("element", "values"), CASES.items(), ids=list(CASES))
def test_a_column_is_told_by_its_values_whatever_its_name(tmp_path: Path, element: str, values: list[object]) -> None:
    assert columns(tmp_path, {"phone_no": values})["phone_no"].element == element


def test_some_wrong_numbers_do_not_hide_what_a_column_is_and_its_sensitivity(tmp_path: Path) -> None:
    found = columns(tmp_path, {"编号": [*NUMBERS[:16], "370683198001010000", "无", None, ""]})["编号"]
    assert (found.element, found.grade, found.personal) == ("resident_id", "L4", "sensitive")
    assert (found.rows, found.filled, found.nulls) == (20, 18, 2)
    assert found.share == pytest.approx(16 / 18, abs=0.001)


def test_numbers_that_only_look_like_resident_numbers_are_not_taken_for_them(tmp_path: Path) -> None:
    wrong = [number[:17] + ("1" if number[17] != "1" else "2") for number in NUMBERS]
    assert columns(tmp_path, {"sfzh": wrong})["sfzh"].element not in ("resident_id", "bank_card_no")


def test_shapes_and_lengths_are_told_and_no_value(tmp_path: Path) -> None:
    found = columns(tmp_path, {"备注": ["秘密CANARY7é", "秘密CANARY8ü", "甲"]})["备注"]
    assert found.shapes[0] == "字字AAAAAA9A"
    assert (found.shortest, found.longest, found.distinct) == (1, 10, 3)
    assert "CANARY" not in str(asdict(found))
    assert "甲" not in str(asdict(found))


def test_a_key_has_no_gap_and_no_double(tmp_path: Path) -> None:
    found = columns(tmp_path, {"a": ["1", "2", "3"], "b": ["1", "2", "2"], "c": ["1", None, "3"]})
    assert [column.key for column in found.values()] == [True, False, False]


def test_different_values_are_counted_and_a_key_of_a_thousand_is_not_missed(tmp_path: Path) -> None:
    found = columns(
        tmp_path, {"业主": [f"车主{n}" for n in range(1, 1001)], "镇": [f"镇{n % 300}" for n in range(1000)]}
    )
    assert (found["业主"].distinct, found["业主"].key, found["业主"].exact) == (1000, True, True)
    assert (found["镇"].distinct, found["镇"].key, found["镇"].exact) == (300, False, True)


def test_in_a_long_delivery_only_what_may_be_a_key_is_counted_and_the_rest_says_it_is_estimated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lake.profile.EXACT_ROWS", 999)
    found = columns(
        tmp_path, {"业主": [f"车主{n}" for n in range(1, 1001)], "镇": [f"镇{n % 30}" for n in range(1000)]}
    )
    assert (found["业主"].distinct, found["业主"].key, found["业主"].exact) == (1000, True, True)
    assert (found["镇"].key, found["镇"].exact) == (False, False)


def test_one_wrong_value_of_two_hundred_is_not_rounded_away(tmp_path: Path) -> None:
    found = columns(tmp_path, {"电话": [f"138{n:08}" for n in range(199)] + ["无"]})["电话"]
    assert (found.element, found.share) == ("phone", 0.995)
    nearly = columns(tmp_path, {"电话": [f"138{n:08}" for n in range(2999)] + ["无"]})["电话"]
    assert nearly.share == 0.9996


def test_databases_types_and_geometry_are_profiled_too(tmp_path: Path) -> None:
    found = columns(tmp_path, {"id": [1, 2], "geometry": [b"\x01", None]})
    assert (found["id"].element, found["id"].type, found["id"].key) == ("integer", "int64", True)
    assert (found["geometry"].element, found["geometry"].filled) == ("geometry", 1)


def test_a_profiled_file_with_chinese_headers_becomes_a_contract_that_reads_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    folder = tmp_path / "education"
    folder.mkdir()
    lines = [f"G{n:04},{FAMILIES[n % 10]}小{n % 7},{NUMBERS[n]},是否在校" for n in range(20)]
    text = "学籍号,姓 名,身份证件号,备注\n" + "\n".join(lines)
    (folder / "在校学生.csv").write_bytes(text.encode("gb18030"))
    spec = a_folder(folder)
    options = {"encoding": "gb18030"}
    unknown = a_contract(items=(), locator="在校*.csv", options=options)
    seen = profile(settings, sources.peek(settings, spec, unknown, keep=tmp_path / "keep").reader)
    file = tmp_path / "education_pupil.odcs.yaml"
    file.write_text(draft(Place("education_pupil", "education", "education_files", "在校*.csv", options), seen))
    contract = load_contract(file)
    assert [item.name for item in contract.items] == ["xue_ji_hao", "xing_ming", "resident_id", "bei_zhu"]
    assert (contract.keys, contract.grade, contract.options) == (("xue_ji_hao",), "L4", options)
    assert [item.required for item in contract.items] == [True] * 4
    rows = sources.read(settings, spec, contract, since=None, keep=tmp_path / "again").reader.read_all()
    assert rows.num_rows == 20


def test_the_grade_of_a_column_that_could_be_anything_is_left_to_a_person(tmp_path: Path) -> None:
    seen = columns(tmp_path, {"sfzh": NUMBERS, "remark": ["无"] * 20})
    contract = parse_contract(draft(Place("civil_x", "civil", "s", "t", {}), list(seen.values())), name="x")
    assert [(item.grade, item.personal) for item in contract.items] == [("L4", "sensitive"), ("", "")]
    with pytest.raises(ContractBroken) as refused:
        check_classified("civil_x", contract.items, grade=contract.grade, sharing=contract.sharing)
    assert refused.value.code == "item_unclassified"


def test_two_columns_of_one_element_get_two_names_and_odd_headers_a_plain_one(tmp_path: Path) -> None:
    seen = columns(tmp_path, {"父亲": NUMBERS, "母亲": NUMBERS, "％": ["见附件"] * 20, "1st": ["无"] * 20})
    contract = parse_contract(draft(Place("civil_x", "civil", "s", "t", {}), list(seen.values())), name="x")
    assert [item.name for item in contract.items] == ["resident_id", "resident_id_2", "item_3", "item_4"]
    with pytest.raises(InvalidInput):
        draft(Place("Bad Code", "civil", "s", "t", {}), [])


def test_a_draft_of_a_header_without_rows_requires_nothing_for_nothing_is_known(tmp_path: Path) -> None:
    seen = columns(tmp_path, {"sfzh": pa.array([], pa.string()), "xm": pa.array([], pa.string())})
    contract = parse_contract(draft(Place("civil_x", "civil", "s", "t", {}), list(seen.values())), name="x")
    assert [(item.required, item.key) for item in contract.items] == [(False, False)] * 2
    filled = columns(tmp_path, {"sfzh": NUMBERS[:2], "xm": ["王小明", None]})
    contract = parse_contract(draft(Place("civil_x", "civil", "s", "t", {}), list(filled.values())), name="x")
    assert [item.required for item in contract.items] == [True, False]


def test_a_draft_calls_things_by_their_chinese_names(tmp_path: Path) -> None:
    table: dict[str, list[object]] = {
        "sfzh": NUMBERS,
        "tel": [f"138{n:08}" for n in range(20)],
        "联系手机": ["13800000000"] * 20,
    }
    seen = columns(tmp_path, table | {"remark": ["无"] * 20})
    place = Place("civil_x", "civil", "s", "t", {}, title_zh="低保对象", title_en="Subsistence")
    contract = parse_contract(draft(place, list(seen.values())), name="x")
    assert (contract.title_zh, contract.title_en) == ("低保对象", "Subsistence")
    assert [item.title_zh for item in contract.items] == ["公民身份号码", "联系电话", "联系手机", "remark"]
    twice = parse_contract(draft(place, list(columns(tmp_path, {"a": NUMBERS, "b": NUMBERS}).values())), name="x")
    assert [item.title_zh for item in twice.items] == ["公民身份号码（a）", "公民身份号码（b）"]


def test_a_delivery_that_cannot_be_read_says_its_own_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "civil"
    spec = a_folder(folder)
    (folder / "a.csv").write_bytes("编号\n莱州\n".encode("gb18030"))
    settings = Settings(home=tmp_path)
    with pytest.raises(SourceUnreadable):
        profile(settings, sources.peek(settings, spec, a_contract(items=()), keep=tmp_path / "keep").reader)


def test_a_glance_tells_the_same_lengths_and_shape_as_a_profile(tmp_path: Path) -> None:
    first = datetime(2026, 1, 4, 3, 20, 0, 123456, tzinfo=UTC)
    table = pa.table(
        {
            "updated_at": pa.array([first + timedelta(minutes=n) for n in range(9)], pa.timestamp("us", "UTC")),
            "local": pa.array([(first + timedelta(hours=n)).replace(tzinfo=None) for n in range(9)]),
            "paid": pa.array([Decimal("1.50"), None, *[Decimal("22.50")] * 7]),
            "name": ["张三", "", None, *["李小明"] * 6],
            "wide": ["１２３Ａ"] * 9,
            "fits": [True, False, None] * 3,
        }
    )
    profiled = profile(Settings(home=tmp_path), table.to_reader())
    glanced = glance(Settings(home=tmp_path), table)
    assert [(one.column, one.filled, one.shortest, one.longest, one.shape) for one in glanced] == [
        (one.name, one.filled, one.shortest, one.longest, one.shapes[0]) for one in profiled
    ]
    assert glanced[3].shape == "字字字"
    assert glanced[3].filled == 7


def test_a_shape_tells_the_form_of_a_value_and_not_the_value(tmp_path: Path) -> None:
    def shape(value: str) -> str:
        return glance(Settings(home=tmp_path), pa.table({"a": [value]}))[0].shape

    assert shape("37068319900101123X") == "99999999999999999A"
    assert shape("莱州市A区1号") == "字字字A字9字"
    assert shape("𠮷野(二)") == "字字(字)"
    assert len(shape("9" * 100)) == 40


def test_of_bytes_only_the_filled_rows_are_told_and_an_empty_delivery_has_no_shape(tmp_path: Path) -> None:
    shapes = glance(Settings(home=tmp_path), pa.table({"geometry": [b"1", None], "a": ["x", "y"]}))
    assert (shapes[0].filled, shapes[0].longest, shapes[0].shape) == (1, None, "")
    (nothing,) = glance(Settings(home=tmp_path), pa.table({"a": pa.array([], pa.string())}))
    assert (nothing.filled, nothing.shortest, nothing.shape) == (0, None, "")
