"""Spatial files that lead elsewhere: to other files of this machine, or to addresses. Nothing of them is read."""

import gzip
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SourceUnreadable
from catalog.settings import Settings
from lake import sources
from lake.engines.duckdb import connect
from lake.sources.formats.spatial.guard import DRIVERS
from tests.factories.deliveries import a_contract, a_folder

VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
POINT = {"type": "Feature", "properties": {"name": "一"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
COLLECTION = {"type": "FeatureCollection", "features": [POINT]}
PLACE = "<{0}name>一</{0}name><{0}Point><{0}coordinates>1,2</{0}coordinates></{0}Point>"
DXF = "0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n一\n10\n1\n20\n2\n0\nENDSEC\n0\nEOF\n"


def kml(prefix: str = "", within: str = "") -> str:
    space = f' xmlns{":" + prefix.rstrip(":") if prefix else ""}="http://www.opengis.net/kml/2.2"'
    text = "<{0}kml{1}><{0}Document><{0}Folder><{0}name>点</{0}name><{0}Placemark>" + PLACE + "{2}</{0}Placemark>"
    return (text + "</{0}Folder></{0}Document></{0}kml>").format(prefix, space, within)


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and the paths somebody asked it for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def rows(tmp_path: Path, name: str, content: bytes | str | None, **options: Any) -> list[dict[str, Any]]:
    folder = Path(a_folder(tmp_path / "in").location)
    if content is not None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    contract = a_contract(locator=name, items=(), crs="EPSG:4490", options={"format": "spatial"} | options)
    settings = Settings(home=tmp_path / "home")
    delivery = sources.read(settings, a_folder(tmp_path / "in"), contract, since=None, keep=tmp_path / "keep")
    found: list[dict[str, Any]] = delivery.reader.read_all().to_pylist()
    return found


def written(tmp_path: Path, name: str, driver: str) -> Path:
    target = Path(a_folder(tmp_path / "in").location) / name
    with connect(extensions=["spatial"], functions=False) as connection:
        sql = "SELECT 'one' AS name, ST_Point(1, 2) AS geom"
        connection.execute(f"COPY ({sql}) TO '{target}' (FORMAT gdal, DRIVER '{driver}')")
    return target


@pytest.mark.parametrize("suffix", sorted(DRIVERS))
@pytest.mark.parametrize("where", ["a file of this machine", "an address"])
def test_a_file_that_points_elsewhere_is_refused_whatever_its_suffix(
    tmp_path: Path, asked: tuple[str, list[str]], suffix: str, where: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("name\n秘密\n", encoding="utf-8")
    place = str(secret) if where == "a file of this machine" else f"/vsicurl/{asked[0]}/x.csv"
    for text in (VRT.format(place), VRT.format(place) + "\n  0\nEOF\n", kml("", VRT.format(place)).replace("点", "x")):
        if suffix == ".kml" and text.startswith("<kml"):
            # The place of the KML's own is read, and nothing else in it.
            assert [row["Name"] for row in rows(tmp_path, "a.kml", text)] == ["一"]
            continue
        with pytest.raises(SourceUnreadable) as refused:
            rows(tmp_path, f"a{suffix}", text)
        assert f"a{suffix}" in refused.value.zh
    assert asked[1] == []


def test_a_real_file_of_each_suffix_is_read(tmp_path: Path) -> None:
    for suffix, driver in (("shp", "ESRI Shapefile"), ("gpkg", "GPKG"), ("geojson", "GeoJSON")):
        written(tmp_path, f"a.{suffix}", driver)
        assert [row["name"] for row in rows(tmp_path, f"a.{suffix}", None)] == ["one"]
    assert [row["Name"] for row in rows(tmp_path, "a.kml", kml())] == ["一"]
    assert [row["Layer"] for row in rows(tmp_path, "a.dxf", DXF.encode("gb18030"))] == ["一"]
    assert [row["name"] for row in rows(tmp_path, "a.json", json.dumps(COLLECTION))] == ["一"]


@pytest.mark.parametrize("hidden", ["plain", "upper case", "escaped", "single quotes", "comment"])
@pytest.mark.parametrize("kind", ["link", "url"])
def test_a_geojson_whose_reference_system_is_a_link_asks_nobody(
    tmp_path: Path, asked: tuple[str, list[str]], kind: str, hidden: str
) -> None:
    crs = {"type": kind, "properties": {"href": f"{asked[0]}/crs", "url": f"{asked[0]}/crs", "type": "proj4"}}
    ways = {"upper case": '"CRS"', "escaped": '"\\u0063rs"', "single quotes": "'crs'", "comment": '"crs"/**/'}
    text = json.dumps(COLLECTION | {"crs": crs}).replace('"crs"', ways.get(hidden, '"crs"'))
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, "a.geojson", text)
    assert "crs" in refused.value.en
    assert asked[1] == []


def test_no_comment_hides_where_a_reference_system_ends(tmp_path: Path, asked: tuple[str, list[str]]) -> None:
    hidden = '{"type":"name","properties":{/*}},*/"href":"' + asked[0] + '/crs"},"type":"link"}'
    with pytest.raises(SourceUnreadable):
        rows(tmp_path, "a.geojson", json.dumps(COLLECTION)[:-1] + f', "crs": {hidden}}}')
    assert asked[1] == []


@pytest.mark.parametrize(
    "crs",
    [None, {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}],
    ids=["none at all", "a name"],
)
def test_a_geojson_may_name_its_reference_system(tmp_path: Path, crs: Any) -> None:
    document = COLLECTION | {"crs": crs, "features": [POINT | {"properties": {"name": "crs", "其他": "\u0041"}}]}
    for indent in (None, 2):
        assert [row["name"] for row in rows(tmp_path, "a.geojson", json.dumps(document, indent=indent))] == ["crs"]


@pytest.mark.parametrize("sql", ["SELECT 1 AS fid, ogr_geocode('x') AS name", "SELECT 1 AS fid, '假' AS name"])
def test_a_geopackage_with_a_view_is_refused(tmp_path: Path, sql: str) -> None:
    with closing(sqlite3.connect(written(tmp_path, "a.gpkg", "GPKG"))) as database:
        database.execute(f"CREATE VIEW shown AS {sql}")
        database.commit()
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, "a.gpkg", None)
    assert "视图" in refused.value.zh


def test_a_suffix_that_is_none_of_a_spatial_file_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.vrt", VRT.format("/etc/hostname").encode()), ("a.gml", b"<gml/>")):
        with pytest.raises(SourceUnreadable) as refused:
            rows(tmp_path, name, content)
        assert ".gpkg" in refused.value.zh


def test_gzip_inside_gzip_is_not_opened(tmp_path: Path) -> None:
    text = json.dumps(COLLECTION).encode()
    assert len(rows(tmp_path, "a.geojson.gz", gzip.compress(text))) == 1
    with pytest.raises(SourceUnreadable):
        rows(tmp_path, "a.geojson.gz.gz", gzip.compress(gzip.compress(text)))


@pytest.mark.parametrize("prefix", ["", "kml:", "k:"], ids=["no prefix", "kml", "k"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_attributes_of_a_kml_are_not_lost_by_any_prefix_or_encoding(tmp_path: Path, prefix: str, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert [row["Name"] for row in rows(tmp_path, "a.kml", (head + kml(prefix)).encode(encoding))] == ["一"]
    extended = f"<{prefix}ExtendedData></{prefix}ExtendedData>"
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, "a.kml", (head + kml(prefix, extended)).encode(encoding))
    assert "ExtendedData" in refused.value.zh


@pytest.mark.parametrize(
    "head",
    ['<!DOCTYPE kml [<!ENTITY x SYSTEM "/etc/hostname">]>', '<?xml version="1.0" encoding="zip"?>', "<x/>"],
    ids=["a document type", "an encoding that unpacks", "two roots"],
)
def test_a_kml_that_is_not_plain_xml_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(SourceUnreadable):
        rows(tmp_path, "a.kml", head + kml())
