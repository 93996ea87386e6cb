"""Merkle trees as in RFC 6962 section 2.1: leaf = H(0x00 || data), node = H(0x01 || left || right). Pure.

`Frontier` keeps only the peaks of a growing tree, so a root after n records costs log2(n) hashes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Digest = Callable[[bytes], bytes]


def leaf_hash(data: bytes, digest: Digest) -> bytes:
    """Hash of one leaf."""
    return digest(b"\x00" + data)


def node_hash(left: bytes, right: bytes, digest: Digest) -> bytes:
    """Hash of an inner node."""
    return digest(b"\x01" + left + right)


@dataclass
class Frontier:
    """The peaks of a growing tree: (height, hash) from left to right."""

    digest: Digest
    size: int = 0
    peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def append(self, data: bytes) -> None:
        """Add one leaf."""
        height, value = 0, leaf_hash(data, self.digest)
        while self.peaks and self.peaks[-1][0] == height:
            value = node_hash(self.peaks.pop()[1], value, self.digest)
            height += 1
        self.peaks.append((height, value))
        self.size += 1

    def root(self) -> bytes:
        """Root over all leaves so far; H('') for none."""
        if not self.peaks:
            return self.digest(b"")
        value = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            value = node_hash(left, value, self.digest)
        return value


def root(leaves: Iterable[bytes], digest: Digest) -> bytes:
    """Root over `leaves` (their data, not their hashes)."""
    frontier = Frontier(digest)
    for data in leaves:
        frontier.append(data)
    return frontier.root()


def proof(leaves: Sequence[bytes], index: int, digest: Digest) -> list[bytes]:
    """Audit path of leaf `index`, lowest sibling first (RFC 6962 section 2.1.1); raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*proof(leaves[:split], index, digest), root(leaves[split:], digest)]
    return [*proof(leaves[split:], index - split, digest), root(leaves[:split], digest)]


def included(data: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes, digest: Digest) -> bool:
    """Whether `path` proves that leaf `index` of a tree of `size` leaves with root `expected` is `data`.

    The checking algorithm of RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    number, last, value = index, size - 1, leaf_hash(data, digest)
    for sibling in path:
        if last == 0:
            return False
        if number % 2 or number == last:
            value = node_hash(sibling, value, digest)
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            value = node_hash(value, sibling, digest)
        number, last = number // 2, last // 2
    return last == 0 and value == expected


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
