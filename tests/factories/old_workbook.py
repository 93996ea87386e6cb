"""A workbook as Excel 97 writes it (BIFF8 in a compound file), just large enough to be read: one sheet of texts."""

import struct

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(value: str) -> bytes:
    return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")


def _workbook(name: str, rows: list[list[str]]) -> bytes:
    def head(place: int) -> bytes:
        sheet = struct.pack("<IBBBB", place, 0, 0, len(name), 1) + name.encode("utf-16-le")
        return (
            _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + _record(0x0085, sheet) + _record(0x0A, b"")
        )

    cells = b"".join(
        _record(0x0204, struct.pack("<HHH", row, column, 0) + _text(value))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + _record(0x0200, size) + cells
    return head(len(head(0))) + sheet + _record(0x0A, b"")


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<III", FREE, FREE, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def xls(name: str, rows: list[list[str]]) -> bytes:
    """The file's bytes: header, one FAT sector, one directory sector, the stream."""
    stream = _workbook(name, rows).ljust(4096, b"\0")
    stream += bytes(-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    chain = [FAT, END, *range(3, 2 + sectors), END]
    table = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    entries = _entry("Root Entry", 5, END, 0, 1) + _entry("Workbook", 2, 2, len(stream), FREE)
    directory = (entries + _entry("", 0, 0, 0, FREE) * 2).ljust(SECTOR, b"\0")
    begin = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    begin += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    places = struct.pack("<109I", 0, *[FREE] * 108)
    return begin + places + table + directory + stream
