"""A department's folder: which files are taken, what is kept of them, and what is said when they cannot be read."""

import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, ipc

from catalog.errors import ConfigurationError, ContractBroken, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from lake import sources
from lake.engines.duckdb import connect
from lake.sources import files
from tests.factories.deliveries import a_contract, a_folder, an_item

ROWS = "编号,姓名\n{},a\n"


def take(settings: Settings, tmp_path: Path, *, since: str | None = None, **given: object) -> sources.Delivery:
    spec = a_folder(tmp_path / "in")
    return sources.read(settings, spec, a_contract(**given), since=since, keep=tmp_path / "keep")


def numbers(delivery: sources.Delivery) -> list[str]:
    return delivery.reader.read_all().column("编号").to_pylist()


def test_all_files_of_the_pattern_are_one_delivery_in_order_of_name(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    for name in ("b.csv", "a.csv", "c.txt", "~$a.csv", ".hidden.csv"):
        (folder / name).write_text(ROWS.format(name[0]), encoding="utf-8")
    delivery = take(settings, tmp_path)
    assert numbers(delivery) == ["a", "b"]
    assert [path.name for path in delivery.files] == ["a.csv", "b.csv"]
    assert (tmp_path / "keep" / "a.csv").read_bytes() == (folder / "a.csv").read_bytes()


def test_an_append_takes_each_file_once(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    (folder / "2026-01.csv").write_text(ROWS.format(1), encoding="utf-8")
    first = take(settings, tmp_path, mode="append")
    assert (numbers(first), first.position) == (["1"], "2026-01.csv")
    (folder / "2026-02.csv").write_text(ROWS.format(2), encoding="utf-8")
    second = take(settings, tmp_path, mode="append", since=first.position)
    assert (numbers(second), second.position) == (["2"], "2026-02.csv")
    third = take(settings, tmp_path, mode="append", since=second.position)
    assert (third.reader.read_all().num_rows, third.position) == (0, "2026-02.csv")


def test_no_pattern_and_no_link_leads_out_of_the_departments_folder(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    (tmp_path / "other.csv").write_text(ROWS.format(1), encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "other.csv")
    for pattern in ("*.csv", "../*.csv"):
        with pytest.raises(SourceUnreachable):
            take(settings, tmp_path, locator=pattern)


def test_a_missing_folder_and_a_missing_file_are_told_apart(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable) as missing:
        take(settings, tmp_path)
    assert missing.value.code == "file_missing"
    spec = a_folder(tmp_path / "in")
    (tmp_path / "in").rmdir()
    with pytest.raises(SourceUnreachable) as missing:
        files.read(settings, spec, a_contract(), since=None, keep=tmp_path / "keep")
    assert missing.value.code == "folder_missing"


def test_an_unknown_format_or_kind_of_system_is_a_matter_of_set_up(settings: Settings, tmp_path: Path) -> None:
    (Path(a_folder(tmp_path / "in").location) / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(ConfigurationError):
        take(settings, tmp_path, locator="*.pdf")
    spec = a_folder(tmp_path / "in", kind="fax")
    with pytest.raises(ConfigurationError):
        sources.read(settings, spec, a_contract(), since=None, keep=tmp_path / "keep")


WRITTEN = {"csv": "编号,姓名\n1,a\n", "ndjson": '{"编号": "1", "姓名": "a"}\n'}


@pytest.mark.parametrize("called", ["txt", ".TXT", "CSV", "jsonl", "ndjson"])
def test_a_format_may_be_called_by_any_suffix_the_hub_reads(settings: Settings, tmp_path: Path, called: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.dat").write_text(WRITTEN["ndjson" if "json" in called else "csv"], encoding="utf-8")
    contract = a_contract(locator="*.dat", options={"format": called})
    delivery = sources.read(settings, a_folder(folder), contract, since=None, keep=settings.home / "keep")
    assert delivery.reader.read_all().to_pylist() == [{"编号": "1", "姓名": "a"}]


def test_the_refusal_of_an_unknown_format_lists_the_ones_there_are(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(WRITTEN["csv"], encoding="utf-8")
    contract = a_contract(options={"format": "docx"})
    with pytest.raises(ConfigurationError) as refused:
        sources.read(settings, a_folder(folder), contract, since=None, keep=settings.home / "keep")
    assert refused.value.code == "format_unknown"
    assert {"et", "jsonl", "shp", "gpkg", "kml", "dxf"} <= set(
        refused.value.zh.split("填写 ")[1].removesuffix(" 之一。").split(", ")
    )


def test_every_format_has_a_name_and_every_name_a_format() -> None:
    assert set(files.NAMES) == set(files.FORMATS)
    assert len(files.BY_NAME) == sum(map(len, files.NAMES.values())), "no name for two formats"


def test_parquet_keeps_its_types_and_reports_new_columns(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    table = pa.table(
        {
            "编号": [1, 2],
            "姓名": ["a", None],
            "更新时间": pa.array([0, None], pa.timestamp("us")),
            "unknown": pa.array([1, 2], pa.uint64()),
        }
    )
    pq.write_table(table, folder / "a.parquet")
    delivery = take(settings, tmp_path, locator="*.parquet")
    rows = delivery.reader.read_all()
    assert delivery.new_columns == ("更新时间", "unknown")
    assert rows.schema.field("编号").type == pa.int64()
    assert rows.schema.field("更新时间").type == pa.timestamp("us", "UTC")
    # Midnight of 1970 on a clock in Laizhou was eight hours earlier in UTC.
    assert rows.column("更新时间")[0].as_py().isoformat() == "1969-12-31T16:00:00+00:00"
    assert rows.column("unknown").to_pylist() == ["1", "2"]


def test_arrow_files_and_streams_keep_their_types(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    table = pa.table({"编号": [1, 2], "姓名": ["a", None], "更新": pa.array([0, None], pa.timestamp("us"))})
    feather.write_feather(table, folder / "a.feather", compression="zstd")
    with ipc.new_file(folder / "b.arrow", table.schema) as sink:
        sink.write_table(table)
    with ipc.new_stream(folder / "c.arrow", table.schema) as sink:
        sink.write_table(table)
    delivery = take(settings, tmp_path, locator="*.*", options={"format": "arrow"})
    rows = delivery.reader.read_all()
    assert rows.column("编号").to_pylist() == [1, 2] * 3
    assert rows.schema.field("编号").type == pa.int64()
    assert rows.schema.field("更新").type == pa.timestamp("us", "UTC")
    assert take(settings, tmp_path, locator="*.feather").reader.read_all().num_rows == 2


def written(path: Path, table: pa.Table, form: str, compression: str | None = None) -> None:
    new = ipc.new_file if form == "file" else ipc.new_stream
    with new(path, table.schema, options=ipc.IpcWriteOptions(compression=compression, allow_64bit=True)) as sink:
        sink.write_table(table)


@pytest.mark.parametrize("form", ["file", "stream"])
@pytest.mark.parametrize("column", ["null", "list of null"])
def test_an_arrow_file_that_claims_rows_without_content_is_refused_at_once(
    settings: Settings, tmp_path: Path, form: str, column: str
) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    nulls = pa.Array.from_buffers(pa.null(), 10**12, [None])
    if column == "list of null":
        nulls = pa.LargeListArray.from_arrays(pa.array([0, 10**12]), nulls)
    written(folder / "a.arrow", pa.table({"编号": nulls, "姓名": nulls}), form)
    assert (folder / "a.arrow").stat().st_size < 2000
    with pytest.raises(SourceUnreadable) as refused:
        take(settings, tmp_path, locator="a.arrow")
    assert "more rows than its content" in refused.value.en


@pytest.mark.parametrize("form", ["file", "stream"])
@pytest.mark.parametrize("kind", ["text", "dictionary"])
def test_an_arrow_file_that_unpacks_to_far_more_than_it_is_is_refused_before_it_is_unpacked(
    settings: Settings, tmp_path: Path, form: str, kind: str
) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    names = pa.array(["x" * (80 << 20)])
    table = pa.table({"编号": ["1"], "姓名": names.dictionary_encode() if kind == "dictionary" else names})
    written(folder / "a.arrow", table, form, "zstd")
    assert (folder / "a.arrow").stat().st_size < 64 << 10
    before = pa.total_allocated_bytes()
    with pytest.raises(SourceUnreadable) as refused:
        take(settings, tmp_path, locator="a.arrow")
    assert "unpacks to more than 64 MB" in refused.value.en
    assert pa.total_allocated_bytes() - before < 1 << 20


@pytest.mark.parametrize("form", ["file", "stream"])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_arrow_files_with_empty_columns_dictionaries_and_packed_batches_are_read(
    settings: Settings, tmp_path: Path, form: str, compression: str | None
) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    names = pa.array(["甲", "乙", None] * 5000).dictionary_encode()
    table = pa.table({"编号": [str(n) for n in range(15000)], "姓名": names, "空": pa.nulls(15000)})
    written(folder / "a.arrow", table, form, compression)
    rows = take(settings, tmp_path, locator="a.arrow").reader.read_all()
    assert rows.column("姓名").to_pylist() == ["甲", "乙", None] * 5000


def test_an_arrow_file_that_is_cut_off_or_lies_about_itself_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    honest = pa.table({"编号": ["1", "2"], "姓名": ["xyzuv", "w12"]})
    with ipc.new_stream(folder / "lies.arrow", honest.schema) as sink:
        sink.write_table(honest)
    # Offsets that lead beyond the text: read as they say, they would hand out what lies beside it in memory.
    told, lie = (struct.pack("<3i", 0, 5, end) for end in (8, 1_000_000))
    content = (folder / "lies.arrow").read_bytes()
    assert content.count(told) == 1
    (folder / "lies.arrow").write_bytes(content.replace(told, lie))
    whole = pa.table({"编号": ["1"] * 9, "姓名": ["秘密"] * 9})
    feather.write_feather(whole, folder / "cut.arrow")
    (folder / "cut.arrow").write_bytes((folder / "cut.arrow").read_bytes()[:-30])
    feather.write_feather(whole, folder / "more_a.arrow")
    feather.write_feather(whole.append_column("more", whole["编号"]), folder / "more_b.arrow")
    for pattern in ("lies.arrow", "cut.arrow", "more_*.arrow"):
        with pytest.raises(SourceUnreadable) as refused:
            take(settings, tmp_path, locator=pattern).reader.read_all()
        assert "秘密" not in str(refused.value)
        assert "Arrow" in refused.value.en


def test_a_cut_off_parquet_file_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    pq.write_table(pa.table({"编号": ["1"], "姓名": ["秘密"]}), folder / "a.parquet")
    (folder / "a.parquet").write_bytes((folder / "a.parquet").read_bytes()[:-20])
    with pytest.raises(SourceUnreadable) as refused:
        take(settings, tmp_path, locator="*.parquet")
    assert "a.parquet" in refused.value.zh


@pytest.fixture
def parcels(settings: Settings, tmp_path: Path) -> Path:
    """A Shapefile as the land bureau gives it: no .prj, no .cpg, one broken ring."""
    folder = Path(a_folder(tmp_path / "in").location)
    with connect(settings, extensions=["spatial"]) as connection:
        connection.execute(
            'COPY (SELECT \'A1\' AS "ZDDM", \'张三\' AS "QLR", 12.5 AS "MJ",'
            " ST_GeomFromText('POLYGON((119.9 37.1,119.91 37.1,119.91 37.11,119.9 37.1))') AS geom UNION ALL"
            " SELECT 'A2', '李四', 7.0, ST_GeomFromText('POLYGON((0 0,1 1,1 0,0 1,0 0))'))"
            f" TO '{folder / 'parcel.shp'}' (FORMAT gdal, DRIVER 'ESRI Shapefile',"
            " LAYER_CREATION_OPTIONS 'ENCODING=UTF-8')"
        )
    for suffix in (".prj", ".cpg"):
        (folder / f"parcel{suffix}").unlink(missing_ok=True)
    return folder


SHAPES = {
    "items": (an_item("parcel", "ZDDM", key=True), an_item("geometry", kind="geometry")),
    "locator": "parcel*.shp",
    "options": {"format": "shapefile", "encoding": "utf-8"},
}


def test_a_shapefile_gives_texts_and_wkb_and_keeps_all_its_parts(
    settings: Settings, tmp_path: Path, parcels: Path
) -> None:
    delivery = take(settings, tmp_path, crs="GCJ-02", **SHAPES)
    rows = delivery.reader.read_all()
    assert rows.column("QLR").to_pylist() == ["张三", "李四"]
    assert rows.schema.field("MJ").type == pa.string()
    assert rows.schema.field("geometry").type == pa.binary()
    assert {path.suffix for path in delivery.files} == {".shp", ".shx", ".dbf"}
    assert rows.column("geometry")[0].as_py()[:5] == b"\x01\x03\x00\x00\x00"


def test_without_a_declared_reference_system_nothing_is_read(settings: Settings, tmp_path: Path, parcels: Path) -> None:
    with pytest.raises(ContractBroken) as broken:
        take(settings, tmp_path, **SHAPES)
    assert broken.value.code == "crs_missing"


def test_a_shapefile_without_its_attributes_is_one_sentence(settings: Settings, tmp_path: Path, parcels: Path) -> None:
    (parcels / "parcel.shp").write_bytes(b"nothing of the kind")
    with pytest.raises(SourceUnreadable):
        take(settings, tmp_path, crs="GCJ-02", **SHAPES)


def test_a_geopackage_layer_is_read_by_name(settings: Settings, tmp_path: Path) -> None:
    folder = Path(a_folder(tmp_path / "in").location)
    with connect(settings, extensions=["spatial"]) as connection:
        connection.execute(
            "COPY (SELECT 'W1' AS \"WGBM\", ST_Point(40400000, 4100000) AS geom)"
            f" TO '{folder / 'grid.gpkg'}' (FORMAT gdal, DRIVER 'GPKG', LAYER_NAME 'grid', SRS 'EPSG:4528')"
        )
    shape = SHAPES | {"items": (an_item("grid", "WGBM", key=True), an_item("geometry", kind="geometry"))}
    given = shape | {"locator": "*.gpkg", "options": {"format": "gpkg", "layer": "grid"}, "crs": "EPSG:4528"}
    assert take(settings, tmp_path, **given).reader.read_all().column("WGBM").to_pylist() == ["W1"]
    wrong = given | {"options": {"format": "geopackage", "layer": "other"}}
    with pytest.raises(SourceUnreadable):
        take(settings, tmp_path, **wrong)
