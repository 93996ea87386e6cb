"""Files in a department's folder: found by the contract's pattern, copied as they are, then read by their format.

Archives are opened by places/packed.py; each format is a module of formats/.
"""

import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.delivery import Delivery, KeptAside, check_columns
from lake.sources.formats import arrow, dbf, delimited, json_text, parquet, workbook, xml_text
from lake.sources.formats.spatial import layers as spatial
from lake.sources.places import chosen, packed

Reading = Callable[[Settings, list[Path], Contract, list[KeptAside]], pa.RecordBatchReader]
FORMATS: dict[str, Reading] = {
    "csv": lambda _settings, paths, contract, aside: delimited.read(paths, contract, aside),
    "xlsx": lambda _settings, paths, contract, aside: workbook.read(paths, contract, aside),
    "json": lambda _settings, paths, contract, aside: json_text.read_json(paths, contract, aside),
    "ndjson": lambda _settings, paths, contract, aside: json_text.read_ndjson(paths, contract, aside),
    "dbf": lambda _settings, paths, contract, aside: dbf.read(paths, contract, aside),
    "xml": lambda _settings, paths, contract, aside: xml_text.read(paths, contract, aside),
    "arrow": lambda settings, paths, contract, _aside: arrow.read(settings, paths, contract),
    "parquet": lambda settings, paths, contract, _aside: parquet.read(settings, paths, contract),
    "spatial": lambda settings, paths, contract, _aside: spatial.read(settings, paths, contract),
}
NAMES = {
    "csv": ("csv", "tsv", "txt"),
    "xlsx": ("xlsx", "xls", "et"),
    "json": ("json",),
    "ndjson": ("ndjson", "jsonl"),
    "dbf": ("dbf",),
    "xml": ("xml",),
    "arrow": ("arrow", "feather"),
    "parquet": ("parquet",),
    "spatial": ("spatial", "shp", "shapefile", "gpkg", "geopackage", "geojson", "kml", "dxf"),
}
"""How each of FORMATS is called: by option `format` of a contract, and by the suffix of a file."""
BY_NAME = {name: form for form, names in NAMES.items() for name in names}
BESIDE_A_SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg", ".SHX", ".DBF", ".PRJ", ".CPG")


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Files that meet the contract's locator, in order of name: of a snapshot all or the newest, else those after
    `since` (chosen.py).

    Raises SourceUnreachable when folder or files are not there, SourceUnreadable and ContractBroken for their content.
    """
    folder = Path(spec.location)
    found = [PurePosixPath(path.relative_to(folder)) for path in _find(folder, contract)]
    if contract.mode == "snapshot":
        return open_files(settings, copy(folder, chosen.whole(found, contract), keep), contract, position=None)
    position = chosen.reached(found, since)
    return open_files(settings, copy(folder, chosen.due(found, since), keep), contract, position=position)


def open_files(
    settings: Settings, copies: list[Path], contract: Contract, *, position: str | None, form: str | None = None
) -> Delivery:
    """A delivery over files that are already kept. `form` overrides the contract's format."""
    if not copies:
        names = [item.source_name or item.name for item in contract.items]
        empty = pa.schema([pa.field(name, pa.string()) for name in names])
        return Delivery(pa.RecordBatchReader.from_batches(empty, []), position)
    files = tuple(sorted(path for path in copies[0].parent.iterdir() if path.is_file()))
    aside: list[KeptAside] = []
    readable = packed.opened(copies, contract)
    reader = FORMATS[form or _format(readable[0], contract)](settings, readable, contract, aside)
    reader = packed.clearing(reader, copies[0].parent)
    new = check_columns(contract, reader.schema.names, copies[0].name)
    return Delivery(reader, position, files, aside, new)


def copy(folder: Path, found: list[PurePosixPath], keep: Path) -> list[Path]:
    """Copy files below `folder` (and what belongs beside a Shapefile) into `keep`, emptied before; the copies in the
    same order. Raises SourceUnreadable.
    """
    parts = {path: [path, *_beside(folder, path)] for path in found}
    names = chosen.kept_names(list(dict.fromkeys(part for group in parts.values() for part in group)))
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    try:
        for part, name in names.items():
            _copy_settled(folder / part, keep / name)
    except OSError as error:
        raise SourceUnreadable(
            "部门目录中的文件无法读取。请检查文件权限，或确认文件已写完。",
            "A file in the department's folder cannot be read. Check its rights, and that it is written to the end.",
            code="file_unreadable",
        ) from error
    return [keep / names[path] for path in found]


def _copy_settled(source: Path, target: Path) -> None:
    before = source.stat()
    shutil.copyfile(source, target)
    after = source.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError("still being written")


def _find(folder: Path, contract: Contract) -> list[Path]:
    if not folder.is_dir():
        raise SourceUnreachable(
            f"找不到数据集 {contract.dataset} 的部门目录。请检查系统登记的位置和挂载。",
            f"The department's folder of {contract.dataset} is not there. Check the system's location and mounts.",
            code="folder_missing",
            dataset=contract.dataset,
        )
    found = sorted(inside(folder, contract.locator), key=lambda path: (path.name, path))
    if not found:
        raise nothing_there(contract)
    return found


def nothing_there(contract: Contract) -> SourceUnreachable:
    """The error of a folder, wherever it is, without a file that the contract asks for."""
    return SourceUnreachable(
        f"部门目录中没有符合 {contract.locator} 的文件。请部门上传，或核对契约中的文件名。",
        f"No file in the department's folder meets {contract.locator}. Ask for it, or check the pattern.",
        code="file_missing",
        dataset=contract.dataset,
    )


def inside(folder: Path, pattern: str) -> list[Path]:
    """Files in `folder` that meet `pattern`, none outside it; none for a pattern that is no place below a folder."""
    parts = PurePosixPath(pattern).parts
    if not parts or parts[0] == "/":
        return []
    # A link or a ".." in the pattern must not lead out of the department's own folder; ~$ are Excel's lock files.
    home = folder.resolve()
    return [
        path
        for path in folder.glob(pattern)
        if path.is_file() and not path.name.startswith(("~$", ".")) and path.resolve().is_relative_to(home)
    ]


def _beside(folder: Path, path: PurePosixPath) -> list[PurePosixPath]:
    if path.suffix.lower() != ".shp":
        return []
    return [part for suffix in BESIDE_A_SHAPEFILE if (folder / (part := path.with_suffix(suffix))).is_file()]


def _format(path: Path, contract: Contract) -> str:
    given = str(contract.options.get("format") or path.suffix).lower().removeprefix(".")
    if given not in BY_NAME:
        formats = ", ".join(BY_NAME)
        raise ConfigurationError(
            f"数据集 {contract.dataset} 的文件格式未知。请在契约 options 的 format 中填写 {formats} 之一。",
            f"The file format of {contract.dataset} is not known. Give `format` in the contract's options as one of"
            f" {formats}.",
            code="format_unknown",
            dataset=contract.dataset,
        )
    return BY_NAME[given]
