"""Map layers as GIS departments hand them over: Shapefile and GeoPackage, written by DuckDB's spatial extension."""

from pathlib import Path

import pyarrow as pa

from demo.city.coordinates import shift_wkb
from demo.systems.place import Deliveries
from lake.engines import duckdb

GEOMETRY = "geometry"


def write_shapefile(folder: Path, name: str, deliveries: Deliveries, dataset: str, *, to: str) -> Path:
    """Write `<name>.shp` (.shx, .dbf in UTF-8) with positions shifted to `to`; no .prj and no .cpg, as it happens.

    Whoever reads it must know the system of coordinates and the encoding of texts from elsewhere: the contract.
    """
    path = folder / f"{name}.shp"
    for old in folder.glob(f"{name}.*"):
        old.unlink()
    _copy(path, deliveries, dataset, to=to, options="DRIVER 'ESRI Shapefile', LAYER_CREATION_OPTIONS 'ENCODING=UTF-8'")
    for telling in (".prj", ".cpg"):
        path.with_suffix(telling).unlink(missing_ok=True)
    return path


def write_geopackage(folder: Path, name: str, deliveries: Deliveries, dataset: str, *, layer: str, to: str) -> Path:
    """Write `<name>.gpkg` with one `layer` in the system `to` (an EPSG code, written into the file)."""
    path = folder / f"{name}.gpkg"
    for old in folder.glob(f"{name}.gpkg*"):
        old.unlink()
    _copy(path, deliveries, dataset, to=to, options=f"DRIVER 'GPKG', LAYER_NAME '{layer}', SRS '{to}'")
    return path


def _copy(path: Path, deliveries: Deliveries, dataset: str, *, to: str, options: str) -> None:
    schema = deliveries.schema(dataset)
    place = schema.get_field_index(GEOMETRY)
    shifted = pa.RecordBatchReader.from_batches(
        schema.set(place, pa.field(GEOMETRY, pa.binary())),
        (batch.set_column(place, GEOMETRY, shift_wkb(batch[GEOMETRY], to)) for batch in deliveries.batches(dataset)),
    )
    texts = ", ".join(f'{_column(field)} AS "{field.name}"' for field in schema if field.name != GEOMETRY)
    with duckdb.connect(extensions=("spatial",)) as engine:
        engine.register("delivery", shifted)
        rows = f"SELECT {texts}, ST_GeomFromWKB({GEOMETRY}) AS geom FROM delivery"  # our own names
        engine.execute(f"COPY ({rows}) TO '{path}' (FORMAT GDAL, {options})")


def _column(field: pa.Field) -> str:
    # GDAL's shapefile takes decimals of 19 digits at most; a double keeps every area there is.
    return f'"{field.name}"::DOUBLE' if pa.types.is_decimal(field.type) else f'"{field.name}"'
