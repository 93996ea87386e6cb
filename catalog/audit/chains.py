"""The running state of one node's log, and what a seal says about it. Pure.

Three commitments grow with each record:
- the record chain: every record carries the hash of the one before;
- the Merkle tree over the records of the current segment, for proofs of single records;
- one chain per providing agency: tip = H(tip || record hash), with its length. A seal states all of them, so the hub
  cannot later tell a provider of fewer uses than it sealed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.audit.merkle import Frontier

Digest = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Tip:
    """Length and last link of one provider's chain."""

    count: int = 0
    tip: str = ""

    def then(self, record_hash: str, digest: Digest) -> "Tip":
        """The chain with one more record."""
        return Tip(self.count + 1, digest(bytes.fromhex(self.tip) + bytes.fromhex(record_hash)).hex())


@dataclass
class State:
    """Where a node's log stands: next sequence number, last hash, tree of the open segment, provider chains."""

    digest: Digest
    next_seq: int = 1
    prev: str = ""
    tree: Frontier = field(init=False)
    providers: dict[str, Tip] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start with an empty tree."""
        self.tree = Frontier(self.digest)

    def add(self, record_hash: str, providers: Iterable[str]) -> None:
        """Take in one record that was written."""
        self.tree.append(bytes.fromhex(record_hash))
        for agency in sorted(set(providers)):
            self.providers[agency] = self.providers.get(agency, Tip()).then(record_hash, self.digest)
        self.prev = record_hash
        self.next_seq += 1

    def open_segment(self) -> None:
        """Begin a new segment: its tree is empty, the chains run on."""
        self.tree = Frontier(self.digest)

    def statement(self) -> dict[str, Any]:
        """What a seal says: records in the segment, last sequence number and hash, root, provider chains."""
        return {
            "records": self.tree.size,
            "last_seq": self.next_seq - 1,
            "tip": self.prev,
            "root": self.tree.root().hex(),
            "providers": {agency: [tip.count, tip.tip] for agency, tip in sorted(self.providers.items())},
        }

    @classmethod
    def after(cls, seal: Mapping[str, Any], digest: Digest) -> "State":
        """The state at the end of a segment whose last seal is `seal` (the tree of the next segment is empty)."""
        tips = {agency: Tip(int(count), str(tip)) for agency, (count, tip) in seal["providers"].items()}
        return cls(digest, next_seq=int(seal["last_seq"]) + 1, prev=str(seal["tip"]), providers=tips)
