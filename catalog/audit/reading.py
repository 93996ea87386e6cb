"""Read sealed records in order, from where a reader stopped before. Unsealed records are not yet facts for others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.audit.record import parse
from catalog.audit.segments import NodeFolder, lines, node_folders


@dataclass(frozen=True)
class Entry:
    """One sealed record: parsed, and the bytes of its line."""

    node: str
    record: Mapping[str, Any]
    raw: bytes


def head(folder: NodeFolder) -> dict[str, Any] | None:
    """The newest seal of a node; None when nothing is sealed yet."""
    for number in reversed(folder.segments()):
        seal = folder.seal(number)
        if seal is not None:
            return seal
    return None


def heads(audit_dir: Path) -> dict[str, dict[str, Any]]:
    """Node → its newest seal."""
    found = ((folder.node, head(folder)) for folder in node_folders(audit_dir))
    return {node: seal for node, seal in found if seal is not None}


def sealed_entries(
    audit_dir: Path, seals: Mapping[str, Mapping[str, Any]], *, after: Mapping[str, int]
) -> Iterator[Entry]:
    """Records of every node in `seals` behind sequence number `after[node]`, up to that seal, node by node in order.

    Closed segments that end before are not opened: the cost follows the new records, not the history.
    """
    for node, seal in sorted(seals.items()):
        folder = NodeFolder(audit_dir / node)
        start = after.get(node, 0)
        for number in folder.segments():
            own = folder.seal(number)
            if number > int(seal["segment"]) or (own is not None and own["closed"] and own["last_seq"] <= start):
                continue
            yield from _entries(folder, number, first=start + 1, last=int(seal["last_seq"]))


def _entries(folder: NodeFolder, number: int, *, first: int, last: int) -> Iterator[Entry]:
    for raw in lines(folder.segment(number)):
        record = parse(raw)
        seq = int(record["seq"])
        if seq > last:
            return
        if seq >= first:
            yield Entry(folder.node, record, raw)
