"""KML and DXF as departments hand them in: every folder, Chinese text, and nothing lost without a word."""

from pathlib import Path
from typing import Any

import pytest

from catalog.errors import ContractBroken, SourceUnreadable
from catalog.settings import Settings
from lake import sources
from lake.engines.duckdb import connect
from tests.factories.deliveries import a_contract, a_folder

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>学校</name>
<Placemark><name>莱州一中</name><description>高中</description>{extended}
<Point><coordinates>119.94,37.18,0</coordinates></Point></Placemark></Folder>
<Folder><name>医院</name>
<Placemark><name>人民医院</name><Point><coordinates>119.95,37.17,0</coordinates></Point></Placemark></Folder>
</Document></kml>
"""
DXF = """  0
SECTION
  2
HEADER
  9
$ACADVER
  1
{version}
  9
$DWGCODEPAGE
  3
{page}
  0
ENDSEC
  0
SECTION
  2
ENTITIES
  0
TEXT
  8
宗地
 10
40500010.0
 20
4116010.0
 40
2.5
  1
莱州〇一号
  0
ENDSEC
  0
EOF
"""


def rows(tmp_path: Path, name: str, content: bytes, **options: object) -> list[dict[str, Any]]:
    folder = Path(a_folder(tmp_path / "in").location)
    (folder / name).write_bytes(content)
    contract = a_contract(locator=name, items=(), crs="EPSG:4490", options=options)
    settings = Settings(home=tmp_path / "home")
    delivery = sources.read(settings, a_folder(tmp_path / "in"), contract, since=None, keep=tmp_path / "keep")
    found: list[dict[str, Any]] = delivery.reader.read_all().to_pylist()
    assert [file.name for file in delivery.files] == [name]
    assert [path.name for path in (tmp_path / "keep").iterdir()] == [name], "only the file as it came stays"
    return found


def as_text(shape: bytes) -> str:
    with connect(extensions=["spatial"], functions=False) as connection:
        (found,) = connection.execute("SELECT ST_AsText(ST_GeomFromWKB(?))", [shape]).fetchall()[0]
    return str(found)


def test_every_folder_of_a_kml_is_read(tmp_path: Path) -> None:
    found = rows(tmp_path, "点位.kml", KML.format(extended="").encode())
    assert [(row["Name"], row["Description"]) for row in found] == [("莱州一中", "高中"), ("人民医院", "")]
    assert as_text(found[1]["geometry"]) == "POINT Z (119.95 37.17 0)"
    assert [row["Name"] for row in rows(tmp_path, "点位.kml", KML.format(extended="").encode(), layer="医院")] == [
        "人民医院"
    ]


def test_attributes_a_kml_would_lose_are_not_lost_without_a_word(tmp_path: Path) -> None:
    extended = '<ExtendedData><Data name="人数"><value>900</value></Data></ExtendedData>'
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, "a.kml", KML.format(extended=extended).encode())
    assert "ExtendedData" in refused.value.zh
    assert "900" not in str(refused.value)
    assert len(rows(tmp_path, "a.kml", KML.format(extended=extended).encode(), extended="ignore")) == 2


@pytest.mark.parametrize(
    ("version", "page", "encoding", "options"),
    [
        ("AC1018", "ANSI_936", "gb18030", {}),
        ("AC1015", "gb2312", "gb18030", {}),
        ("AC1021", "ANSI_936", "utf-8", {}),
        ("AC1018", "ANSI_1252", "gb18030", {"encoding": "gbk"}),
    ],
    ids=["AutoCAD 2004", "AutoCAD 2000", "AutoCAD 2007", "a code page that is not true"],
)
def test_chinese_text_of_a_drawing_is_read_in_every_version(
    tmp_path: Path, version: str, page: str, encoding: str, options: dict[str, str]
) -> None:
    found = rows(tmp_path, "宗地.dxf", DXF.format(version=version, page=page).encode(encoding), **options)
    assert [(row["Layer"], row["Text"], as_text(row["geometry"])) for row in found] == [
        ("宗地", "莱州〇一号", "POINT (40500010 4116010)")
    ]


def a_block(name: str, content: str) -> str:
    return f"0\nBLOCK\n2\n{name}\n10\n0\n20\n0\n{content}0\nENDBLK\n"


def an_insert(name: str, array: str = "") -> str:
    return f"0\nINSERT\n8\n0\n2\n{name}\n10\n0\n20\n0\n{array}"


def a_drawing(blocks: str, entities: str) -> bytes:
    parts = "".join(
        f"0\nSECTION\n2\n{name}\n{text}0\nENDSEC\n" for name, text in (("BLOCKS", blocks), ("ENTITIES", entities))
    )
    return f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1021\n0\nENDSEC\n{parts}0\nEOF\n".encode()


LINE = "0\nPOINT\n8\n0\n10\n1\n20\n2\n"
TENFOLD = a_block("B0", LINE) + "".join(a_block(f"B{n}", an_insert(f"B{n - 1}") * 10) for n in range(1, 8))
BOMBS = {
    "blocks in blocks": a_drawing(TENFOLD, an_insert("B7")),
    "names in another case": a_drawing(TENFOLD, an_insert("b7")),
    "codes in another spelling": a_drawing(TENFOLD, an_insert("B7").replace("0\nINSERT", "00x\nINSERT", 1)),
    "mixed line ends": a_drawing(TENFOLD, "\n\r" + an_insert("B7")),
    "an array": a_drawing(a_block("B", LINE), an_insert("B", "70\n30000\n71\n30000\n")),
    "a block in itself": a_drawing(a_block("B", an_insert("B")), an_insert("B")),
    "blocks in each other": a_drawing(
        "".join(a_block(f"B{n}", "".join(an_insert(f"B{m}") for m in range(40))) for n in range(40)), an_insert("B1")
    ),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_drawing_whose_blocks_have_no_end_is_refused_undrawn(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, "a.dxf", content)
    assert "图块" in refused.value.zh or "换行" in refused.value.zh


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_blocks_that_are_meant_are_drawn(tmp_path: Path, end: bytes) -> None:
    content = a_drawing(TENFOLD, an_insert("B2") + an_insert("B0", "70\n3\n")).replace(b"\n", end)
    assert len(rows(tmp_path, "a.dxf", content)) > 0


def test_a_drawing_without_a_header_is_read_as_chinese(tmp_path: Path) -> None:
    text = DXF.partition("ENDSEC\n  0\n")[2]
    assert [row["Text"] for row in rows(tmp_path, "a.dxf", ("  0\n" + text).encode("gb18030"))] == ["莱州〇一号"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("half.dxf", DXF.format(version="AC1021", page="ANSI_936").encode()[:-20]),
        ("binary.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\x00" * 100 + b"EOF"),
        ("half.kml", KML.format(extended="").encode()[:300]),
        ("none.kml", b"\x00\x01"),
        ("none.dxf", b""),
    ],
)
def test_what_is_not_whole_is_refused_in_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, name, content)
    assert refused.value.code == "file_unreadable"


def test_the_reference_system_is_asked_for(tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    (folder / "a.kml").write_text(KML.format(extended=""), encoding="utf-8")
    contract = a_contract(locator="a.kml", items=())
    with pytest.raises(ContractBroken) as asked:
        sources.read(Settings(home=tmp_path), a_folder(tmp_path / "in"), contract, since=None, keep=tmp_path / "keep")
    assert asked.value.code == "crs_missing"
