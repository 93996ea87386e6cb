"""Departments' files, read again by other programs than those that wrote them, hold what was given."""

import csv
import json
import sqlite3
import struct
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyproj import Transformer

from demo.city.geography_shapes import wkb_of
from demo.systems import delimited, files, layers, workbooks
from demo.systems.place import Deliveries, Place

RING = np.array([[119.90, 37.10], [119.91, 37.10], [119.91, 37.11], [119.90, 37.11], [119.90, 37.10]])


def test_a_workbook_has_merged_headers_of_two_rows_and_every_value(tmp_path: Path, deliver):
    table = pa.table(
        {
            "序号": ["1", "2"],
            "申请人/姓名": ["张三", "买买提·䶮"],
            "申请人/身份证号码": ["３７０６８３", None],
            "家庭住址": ["甲路1号", "=1+1"],
            "保障情况/月保障金额(元)": pa.array([Decimal("650.50"), None], pa.decimal128(10, 2)),
            "保障情况/批准日期": [date(2025, 6, 1), None],
        }
    )
    (path,) = workbooks.write_workbooks(tmp_path, "低保对象_202512", "低保对象", deliver("civil", table), "civil")
    sheet = openpyxl.load_workbook(path)["低保对象"]
    assert {str(cells) for cells in sheet.merged_cells.ranges} == {"A1:A2", "B1:C1", "D1:D2", "E1:F1"}
    assert [cell.value for cell in sheet[1]] == ["序号", "申请人", None, "家庭住址", "保障情况", None]
    assert [cell.value for cell in sheet[2]] == [None, "姓名", "身份证号码", None, "月保障金额(元)", "批准日期"]
    assert [cell.value for cell in sheet[3]][:5] == ["1", "张三", "３７０６８３", "甲路1号", 650.5]
    assert sheet["F3"].value.date() == date(2025, 6, 1)
    assert [cell.value for cell in sheet[4]] == ["2", "买买提·䶮", None, "=1+1", None, None]
    assert sheet["D4"].data_type == "s"


def test_a_group_of_one_column_is_not_merged_sideways(tmp_path: Path, deliver):
    table = pa.table({"登记/名称": ["甲"], "住所": ["乙"]})
    (path,) = workbooks.write_workbooks(tmp_path, "表_1", "表", deliver("one", table), "one")
    assert {str(cells) for cells in openpyxl.load_workbook(path).active.merged_cells.ranges} == {"B1:B2"}


def test_too_many_rows_for_one_sheet_go_on_in_the_next_workbook(tmp_path: Path, deliver, monkeypatch):
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 2)
    deliveries = deliver("many", pa.table({"编号": ["1", "2", "3"]}))
    (tmp_path / "表_old.xlsx").touch()
    paths = workbooks.write_workbooks(tmp_path, "表_202512", "表", deliveries, "many")
    assert [path.name for path in paths] == ["表_202512.xlsx", "表_202512_2.xlsx"]
    assert [openpyxl.load_workbook(path).active.max_row for path in paths] == [3, 2]
    assert not (tmp_path / "表_old.xlsx").exists()


@pytest.mark.parametrize("rows", [0, 2], ids=["empty", "exactly full"])
def test_a_workbook_is_written_once_for_no_rows_and_for_a_full_sheet(tmp_path: Path, deliver, monkeypatch, rows: int):
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 2)
    table = pa.table({"编号": pa.array([str(number) for number in range(rows)], pa.string())})
    paths = workbooks.write_workbooks(tmp_path, "表_1", "表", deliver("few", table), "few")
    assert [openpyxl.load_workbook(path).active.max_row for path in paths] == [rows + 1]


@pytest.mark.parametrize(
    ("encoding", "kept"), [("gb18030", "㐂𠮷䶮"), ("gbk", "???"), ("utf-8", "㐂𠮷䶮")], ids=["gb18030", "gbk", "utf-8"]
)
def test_a_csv_is_in_its_departments_encoding(tmp_path: Path, deliver, encoding: str, kept: str):
    table = pa.table({"姓名": ["㐂𠮷䶮", 'a,"b"\nc'], "备注": [None, "（有）"]})
    delimited.write_csv(tmp_path / "机构_1.csv", "机构*.csv", deliver("x", table), "x", encoding=encoding)
    with (tmp_path / "机构_1.csv").open(encoding=encoding, newline="") as lines:
        assert list(csv.reader(lines)) == [["姓名", "备注"], [kept, ""], ['a,"b"\nc', "（有）"]]
    if encoding == "gb18030":
        raw = (tmp_path / "机构_1.csv").read_bytes()
        assert "𠮷".encode("gb18030") in raw
        assert len("𠮷".encode("gb18030")) == 4


def test_a_shapefile_comes_in_gcj02_without_projection_and_encoding(tmp_path: Path, deliver):
    path = layers.write_shapefile(tmp_path, "parcel_1", _parcels(deliver), "land_parcel", to="GCJ-02")
    assert sorted(file.suffix for file in tmp_path.glob("parcel_1.*")) == [".dbf", ".shp", ".shx"]
    corners = _first_polygon(path.read_bytes())
    # reference/standards.md 7.2: 莱州 is shifted by 466.7 m, mostly east.
    shift = np.hypot((corners[:, 0].min() - 119.90) * 88_800, (corners[:, 1].min() - 37.10) * 111_000)
    assert 400 < shift < 520
    attributes = path.with_suffix(".dbf").read_bytes()
    assert "莱州市农村集体䶮".encode() in attributes
    assert attributes[29] == 0


def _first_polygon(shp: bytes) -> np.ndarray:
    """Corners of the first record, read by the layout of ESRI's white paper of 1998."""
    body = shp[108:]
    (kind,) = struct.unpack_from("<i", body)
    parts, points = struct.unpack_from("<2i", body, 36)
    assert (kind, parts) == (5, 1)
    return np.frombuffer(body, "<f8", points * 2, 44 + 4 * parts).reshape(-1, 2)


def test_a_geopackage_is_in_epsg_4528_and_says_so(tmp_path: Path, deliver):
    deliveries = _parcels(deliver)
    path = layers.write_geopackage(tmp_path, "grid_1", deliveries, "land_parcel", layer="grid", to="EPSG:4528")
    with sqlite3.connect(path) as package:
        assert package.execute("SELECT table_name, srs_id FROM gpkg_contents").fetchall() == [("grid", 4528)]
        code, area, shape = package.execute("SELECT ZDDM, MJ, geom FROM grid ORDER BY ZDDM").fetchone()
    assert (code, area) == ("370683001001GB00001", 12.25)
    header = 8 + {0: 0, 1: 32}[(shape[3] >> 1) & 7]  # OGC 12-128r18, 2.1.3: flags tell how long the envelope is
    corners = np.frombuffer(shape[header:], "<f8", 10, 13).reshape(-1, 2)
    back = Transformer.from_crs("EPSG:4528", "EPSG:4490", always_xy=True)
    lng, lat = back.transform(corners[:, 0], corners[:, 1])
    assert np.allclose(sorted(zip(lng, lat, strict=True)), sorted(map(tuple, RING)), atol=1e-9)


def _parcels(deliver) -> Deliveries:
    table = pa.table(
        {
            "ZDDM": ["370683001001GB00001", "370683001001GB00002"],
            "MJ": pa.array([Decimal("12.25"), Decimal("8.5")], pa.decimal128(18, 2)),
            "QLR": ["莱州市农村集体䶮", None],
            "geometry": wkb_of(np.stack([RING, RING + 0.02])),
        }
    )
    return deliver("land_parcel", table)


def test_penalties_are_json_with_numbers_as_numbers(place: Place, deliver):
    deliver("reform_permit", pa.table({"许可证书编号": ["1"], "许可内容": ["食品"]}))
    deliver("reform_repair", pa.table({"repair_no": ["莱信修〔2025〕1号"]}))
    table = pa.table({"penalty_no": ["莱罚〔2025〕1号"], "amount": pa.array([Decimal("0.5")]), "uscc": [None]})
    files.reform(place, deliver("reform_penalty", table))
    (path,) = place.folder("reform").glob("行政处罚*.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["data"] == {
        "total": 1,
        "records": [{"penalty_no": "莱罚〔2025〕1号", "amount": 0.5, "uscc": None}],
    }


def test_what_the_upper_level_hands_down_is_the_same_file(place: Place, deliver):
    table = pa.table({"nsrsbh": ["91370683MA3C00000X"], "xydj": ["A"]})
    files.tax(place, deliver("tax_payer", table))
    (path,) = place.folder("tax").glob("*.parquet")
    assert pq.read_table(path) == table
