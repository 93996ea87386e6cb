"""Which driver may open a spatial file, and what in it would lead elsewhere: refused before GDAL sees the file.

A GeoPackage is a database whose views can call functions that fetch addresses or never end; a GeoJSON's `crs` can be a
link, which GDAL follows (RFC 7946 knows no `crs` any more; that of 2008 knew links). What a KML may hold is in
drawings.py, which writes it anew.
"""

import mmap
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from lake.sources.formats.delimited import unreadable

DRIVERS = {
    ".shp": "ESRI Shapefile",
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".kml": "KML",
    ".dxf": "DXF",
}
BEGINS = {".shp": b"\x00\x00\x27\x0a", ".gpkg": b"SQLite format 3\x00"}
STORED = re.compile(
    r"CREATE (TABLE|INDEX|UNIQUE INDEX|TRIGGER)\b|CREATE VIRTUAL TABLE (\"[^\"]*\"|\w+) USING rtree ?\(", re.IGNORECASE
)
LETTER_ESCAPED = re.compile(rb"\\u00(43|63|52|72|53|73)", re.IGNORECASE)  # c, r, s: nobody writes them so but to hide
CRS = re.compile(rb"[\"']crs[\"']", re.IGNORECASE)
HARMLESS = re.compile(  # one strict form: the driver's parser takes comments and single quotes, too
    rb"""\s*(?:[,}\]]|:\s*(?:null|"[^"\\]*"|[-+.\d]+|\{\s*"type"\s*:\s*"(?:name|EPSG)"\s*,\s*"properties"\s*:"""
    rb"""\s*\{\s*"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[-+.\d]+|null)\s*\}\s*\})\s*[,}\]])"""
)


def driver_of(path: Path) -> str:
    """GDAL's short name of the one driver that may open `path`; raises SourceUnreadable for another suffix."""
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise unreadable(
            path,
            f"不是可读的空间文件后缀（{'、'.join(DRIVERS)}）",
            f"its suffix is none of those of spatial files ({', '.join(DRIVERS)})",
        )
    return driver


def guarded(path: Path) -> Path:
    """`path`, when nothing in it leads elsewhere; raises SourceUnreadable."""
    driver = driver_of(path)
    with path.open("rb") as stream:
        if not stream.read(64).startswith(BEGINS.get(path.suffix.lower(), b"")):
            raise unreadable(path, "内容与后缀不符", "it is not what its suffix says")
    if driver == "GPKG":
        _check_geopackage(path)
    if driver == "GeoJSON":
        _check_geojson(path)
    return path


def _check_geopackage(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            found = [str(sql) for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    except sqlite3.Error as error:
        raise unreadable(path, "GeoPackage 已损坏", "the GeoPackage is broken") from error
    if not all(STORED.match(sql) for sql in found):
        raise unreadable(
            path,
            "含有视图或虚拟表，未予读取。请部门把图层另存为普通表",
            "it holds views or virtual tables and was not read; ask for the layer as a plain table",
        )


def _check_geojson(path: Path) -> None:
    if not path.stat().st_size:
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        leads = LETTER_ESCAPED.search(text) or not all(HARMLESS.match(text, at.end()) for at in CRS.finditer(text))
    if leads:
        raise unreadable(
            path,
            "坐标系（crs）写成了链接或无法识别的形式，未予读取。请部门改写为名称或删去",
            "its crs is a link or of an unknown form, and was not read; ask for a name in its place, or none",
        )
