"""Archives (zip, gz) among delivered files: opened with limits beside the files as they came, removed after reading.

A zip may not name places outside itself, hold links, or unpack to far more than it is; an archive inside an archive is
not opened. Names without the UTF-8 mark are taken as GB18030, which is what Chinese systems
write, with the characters it has today (formats/gb18030.py); an archive with a name that bears the mark and is not
UTF-8 is refused.
"""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import SourceUnreadable
from lake.sources.formats.gb18030 import decoded

OPENED = ".opened"
CHUNK = 1 << 20
MOST_MEMBERS = 10_000
MOST_BYTES = 20 << 30
MOST_RATIO = 200
RATIO_COUNTS_FROM = 64 << 20  # small texts of equal lines pack better than any bomb, and harm nobody
LINK = 0o120000


def opened(paths: list[Path], contract: Contract) -> list[Path]:
    """The files to read: in place of an archive what is in it (contract option `member`: a pattern).

    Raises SourceUnreadable for an archive that is broken, locked, too large, or reaches outside itself.
    """
    found: list[Path] = []
    for path in paths:
        match path.suffix.lower():
            case ".zip":
                found += _from_zip(path, str(contract.options.get("member", "*")))
            case ".gz":
                found.append(_from_gz(path))
            case _:
                found.append(path)
    return found


def clearing(reader: pa.RecordBatchReader, keep: Path) -> pa.RecordBatchReader:
    """The same rows; what was unpacked below `keep` is removed with the last of them."""
    if not (keep / OPENED).is_dir():
        return reader
    return pa.RecordBatchReader.from_batches(reader.schema, _cleared(reader, keep / OPENED))


def opened_folder(path: Path) -> Path:
    """The folder for what is made of `path` only for reading; made."""
    folder = path.parent if OPENED in path.parts else path.parent / OPENED
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check(path: Path, most: int) -> None:
    """Raise SourceUnreadable when a file that is held whole is over `most` bytes, or, a zip (a workbook is one),
    unpacks to more or to another size than it says.
    """
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            _check_size(path, size)
            if size <= most:
                _check_honest(path, archive, members)
    if size > most:
        raise refused(
            path,
            f"内容超过 {most >> 20} MB。请部门分成多个文件，或改交 CSV",
            f"it holds more than {most >> 20} MB; ask for several files, or for CSV",
        )


def _check_honest(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Reading ends at the size a member names, where what a liar packed does not have the sum it names."""
    try:
        for member in members:
            with archive.open(member) as source:
                while source.read(CHUNK):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise refused(path, "已损坏，或所写的大小与内容不符", "it is broken, or not as large as it says") from error


def _cleared(reader: pa.RecordBatchReader, folder: Path) -> Iterator[pa.RecordBatch]:
    try:
        yield from reader
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _from_zip(path: Path, wanted: str) -> list[Path]:
    folder = path.parent / OPENED / path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check(path, members)
            targets = {str(PurePosixPath(_name(member))): member for member in members}
            if len(targets) < len(members):
                raise refused(path, "其中有两个同名文件", "it holds two files of one name")
            written = 0
            for name, member in targets.items():
                with archive.open(member) as source:
                    written = _copied(path, source, folder / name, written)
    except UnicodeDecodeError as error:  # zipfile reads no name otherwise than it is marked
        raise refused(path, "其中的文件名标为 UTF-8，实际不是", "a name in it is marked as UTF-8 and is not") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise refused(
            path, "压缩包损坏、加密或压缩方法不受支持", "it is broken, locked, or packed in an odd way"
        ) from error
    found = [folder / name for name in sorted(targets) if fnmatch(name, wanted) and not _hidden(name)]
    if not found:
        raise refused(path, f"其中没有符合 {wanted} 的文件", f"no file in it meets {wanted}")
    return [file for file in found if not _belongs_to_another(file)]


def _check(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise refused(path, f"其中文件超过 {MOST_MEMBERS} 个", f"it holds more than {MOST_MEMBERS} files")
    for member in members:
        place = PurePosixPath(_name(member).replace("\\", "/"))
        drive = ":" in (place.parts or ("",))[0]
        outside = place.is_absolute() or ".." in place.parts or drive or "\0" in str(place)
        if outside or (member.external_attr >> 16) & 0o170000 == LINK:
            raise refused(path, "其中有指向压缩包之外的路径或链接", "it holds a path or a link that leads outside it")
    _check_size(path, sum(member.file_size for member in members))


def _name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return decoded(member.filename.encode("cp437"), "gb18030")
    except UnicodeError:
        return member.filename


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in PurePosixPath(name).parts)


def _belongs_to_another(file: Path) -> bool:
    """Whether the file is a part of a Shapefile, which is read by its .shp."""
    shapes = (file.with_suffix(".shp"), file.with_suffix(".SHP"))
    return file.suffix.lower() in (".shx", ".dbf", ".prj", ".cpg") and any(shape.is_file() for shape in shapes)


def _from_gz(path: Path) -> Path:
    target = path.parent / OPENED / path.name / path.stem
    try:
        with gzip.open(path, "rb") as source:
            _copied(path, cast(IO[bytes], source), target, 0)
    except (OSError, EOFError, zlib.error) as error:
        raise refused(path, "压缩包不完整", "the archive is not complete") from error
    return target


def _copied(path: Path, source: IO[bytes], target: Path, written: int) -> int:
    """Copy one member, counting: what an archive says of its size is not believed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            _check_size(path, written)
            copy.write(chunk)
    return written


def _check_size(path: Path, size: int) -> None:
    packed = max(1, path.stat().st_size)
    if size > MOST_BYTES or (size > RATIO_COUNTS_FROM and size / packed > MOST_RATIO):
        raise refused(path, "解压后过大，疑似压缩炸弹", "it unpacks to far more than it is, as a zip bomb does")


def refused(path: Path, zh: str, en: str, **parts: Any) -> SourceUnreadable:
    """The error of an archive that is not opened."""
    return SourceUnreadable(
        f"压缩包 {path.name} 没有打开：{zh}。请部门重新打包上传。",
        f"Archive {path.name} was not opened: {en}. Ask the department to pack it again.",
        code="archive_refused",
        file=path.name,
        **parts,
    )
