"""KML written anew before GDAL reads it: folders, names, descriptions and shapes, by whatever prefix, and nothing else.

Extended attributes, which the driver leaves out without a word, are refused. What is written can be taken for no other
format: every sign of a text but letters and digits becomes a reference, so no driver finds a name of its own in it.
"""

import re
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from catalog.contracts import Contract
from lake.sources.formats.delimited import CHUNK, Utf8Stream, unreadable
from lake.sources.formats.xml_text import DEEPEST, declared
from lake.sources.places.packed import opened_folder

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT = '<kml xmlns="http://www.opengis.net/kml/2.2">'
HOLDERS = frozenset(("kml", "Document", "Folder", "Placemark"))
SHAPES = frozenset(
    ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "outerBoundaryIs", "innerBoundaryIs")
)
TEXTS = frozenset(("name", "description", "coordinates"))
SIGN = re.compile(r"[\x21-\x2b\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]")


def written_anew(path: Path, contract: Contract) -> Path:
    """The file GDAL may read in place of `path`. Contract options: extended (ignore), encoding (as declared).

    Raises SourceUnreadable when it is no complete KML, has a document type, or attributes that would be lost.
    """
    target = opened_folder(path) / f"{path.name}.anew.kml"
    with target.open("w", encoding="utf-8") as copy:
        _copy(path, copy, contract)
    return target


def _copy(path: Path, copy: IO[str], contract: Contract) -> None:
    walk = _Walk(path, copy, lossy=contract.options.get("extended") == "ignore")
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = walk.doctype
    copy.write(HEAD)
    try:
        with Utf8Stream(path, str(contract.options.get("encoding") or declared(path))) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise unreadable(path, "不是完整的 KML", "it is no complete KML") from error


class _Walk:
    """Where the parser stands: what is copied is open in `_open`; below anything unknown, `_skipped` counts levels."""

    def __init__(self, path: Path, copy: IO[str], *, lossy: bool) -> None:
        self._path, self._copy, self._lossy = path, copy, lossy
        self._open: list[str] = []
        self._skipped = 0

    def start(self, given: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        name = given.rpartition(":")[2]
        if name == "ExtendedData" and not self._lossy:
            raise self._extended()
        if not self._open and name != "kml":
            raise unreadable(self._path, "不是 KML", "it is no KML")
        if len(self._open) > DEEPEST:
            raise unreadable(self._path, "嵌套过深", "it is nested too deep")
        if self._skipped or not self._known(name):
            self._skipped += 1
            return
        self._copy.write(f"<{name}>" if self._open else ROOT)
        self._open.append(name)

    def end(self, _name: str) -> None:
        """An element ends."""
        if self._skipped:
            self._skipped -= 1
        else:
            self._copy.write(f"</{self._open.pop()}>\n")

    def text(self, data: str) -> None:
        """A piece of text; only names, descriptions and coordinates have any."""
        if not self._skipped and self._open[-1] in TEXTS:
            self._copy.write(SIGN.sub(lambda sign: f"&#{ord(sign[0])};", data))

    def doctype(self, *_declared: Any) -> None:
        """Refuse."""
        raise unreadable(
            self._path, "含有文档类型或实体声明，为安全起见不予解析", "it declares a document type or entities"
        )

    def _known(self, name: str) -> bool:
        """Whether the element has its place here: texts are leaves, and only a folder or a place has a name."""
        above = self._open[-1] if self._open else ""
        if name == "coordinates":
            return above in SHAPES
        if name in TEXTS:
            return above in HOLDERS
        return above not in TEXTS and (name in HOLDERS or name in SHAPES)

    def _extended(self) -> Exception:
        return unreadable(
            self._path,
            "含有扩展属性（ExtendedData），读取时会丢失。请部门改交 GeoPackage 或 GeoJSON，"
            "或在契约 options 中写明 extended: ignore",
            "it has extended attributes (ExtendedData), which would be lost; ask for GeoPackage or GeoJSON, or"
            " write extended: ignore into the contract's options",
        )
