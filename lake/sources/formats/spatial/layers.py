"""Shapefiles, GeoPackages, GeoJSON, KML and DXF through GDAL: attributes as text, geometry as WKB (`geometry`).

The reference system must be declared: a file that came without one says nothing about where its points are, and a
wrong guess moves a county by hundreds of metres. Coordinates stay as delivered here.

GDAL would choose its driver by what a file says of itself, and some of its drivers only point elsewhere: to other files
of this machine, or to addresses. So each file is opened by the one driver of its suffix, and by none before that.
"""

from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import ContractBroken, SourceUnreadable
from catalog.settings import Settings
from lake.engines.duckdb import connect, literal, quote
from lake.sources.databases.native import Columns, columns_of, stream
from lake.sources.delivery import GEOMETRY, check_columns, column_names
from lake.sources.formats.delimited import unreadable
from lake.sources.formats.spatial.drawings import prepared, reread
from lake.sources.formats.spatial.guard import driver_of, guarded

LISTED = ("GPKG", "KML")  # what may have several layers; the others have one, which needs no asking for


def read(settings: Settings, paths: list[Path], contract: Contract) -> pa.RecordBatchReader:
    """Rows of all files, in order. Contract options: layer (of a GeoPackage, whose first it is when not given, or of
    a KML, of which all are read), encoding (of a Shapefile's attributes, a KML or a DXF's text).
    """
    if not (contract.crs or contract.options.get("crs")):
        raise _undeclared(contract)
    broken = partial(_broken, paths[0])
    plain = [prepared(guarded(path), contract) for path in paths]
    connection = connect(settings, extensions=["spatial"], functions=False)
    try:
        relations = [one for path in plain for one in _relations(connection, path, contract)]
        columns = columns_of(connection, relations[0])
    except (duckdb.Error, LookupError) as error:
        connection.close()
        raise broken(error) from None
    names, selected = _projection(columns)
    check_columns(contract, names, paths[0].name)
    query = " UNION ALL BY NAME ".join(f"SELECT {selected} FROM {relation}" for relation in relations)
    reader = stream(connection, query, [], broken)
    return reread(reader) if any(path.suffix.lower() == ".dxf" for path in plain) else reader


def _projection(columns: Columns) -> tuple[list[str], str]:
    shapes = [name for name, kind in columns if kind.startswith("GEOMETRY")]
    attributes = [(name, kind) for name, kind in columns if not kind.startswith("GEOMETRY")]
    names = column_names([name for name, _ in attributes])
    parts = [f"{quote(given)}::VARCHAR AS {quote(name)}" for (given, _), name in zip(attributes, names, strict=True)]
    if shapes:
        parts.append(f"ST_AsWKB({quote(shapes[0])}) AS {quote(GEOMETRY)}")
        names.append(GEOMETRY)
    return names, ", ".join(parts)


def _relations(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> list[str]:
    """The layers to read. Asks before for what is there: a missing layer makes the extension crash the process."""
    only = _relation(path, contract, None)
    columns_of(connection, only)  # fails in good order when this is no file of the driver
    wanted = contract.options.get("layer")
    if driver_of(path) not in LISTED:
        return [only]
    listed = _layers(connection, path)
    if wanted is not None and wanted not in listed:
        raise LookupError(str(wanted))
    # Each folder of a KML is a layer: to read the first alone would lose the others without a word.
    layers = listed if wanted is None and path.suffix.lower() == ".kml" else [wanted]
    return [_relation(path, contract, layer) for layer in layers]


def _layers(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Names of the layers. ST_Read_Meta takes any driver, so it sees only what can be nothing but of its own: a
    GeoPackage that spatial_guard passed, a KML that drawings wrote anew.
    """
    asked = f"SELECT driver_short_name, unnest(layers).name FROM ST_Read_Meta({literal(str(path))})"
    found = connection.execute(asked).fetchall()
    if any(driver != driver_of(path) for driver, _ in found):
        raise LookupError(path.suffix)
    return [name for _, name in found]


def _relation(path: Path, contract: Contract, layer: str | None) -> str:
    arguments = [literal(str(path)), f"allowed_drivers = [{literal(driver_of(path))}]"]
    if layer is not None:
        arguments.append(f"layer = {literal(str(layer))}")
    if path.suffix.lower() == ".shp" and (encoding := contract.options.get("encoding")):
        arguments.append(f"open_options = [{literal(f'ENCODING={str(encoding).upper()}')}]")
    return f"ST_Read({', '.join(arguments)})"


def _broken(path: Path, _error: Exception) -> SourceUnreadable:
    return unreadable(
        path, "空间文件不完整，或没有所声明的图层", "the spatial file is broken, or lacks the declared layer"
    )


def _undeclared(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"数据集 {contract.dataset} 是空间数据，但契约没有声明坐标系。请在契约中填写 crs（如 GCJ-02、EPSG:4490）。",
        f"Dataset {contract.dataset} is spatial, but its contract declares no reference system. Give crs there"
        " (GCJ-02, EPSG:4490, ...).",
        code="crs_missing",
        dataset=contract.dataset,
    )
