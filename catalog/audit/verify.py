"""What an auditor runs: is the trail as it was written? Needs the folder and the public key, nothing of the hub.

Found: every edit, deletion, insertion and reorder inside the sealed part, a segment taken out, a seal forged. Cutting
the end back to an earlier seal of the hub's own shows only against an `anchor`: a seal somebody else kept, as every
usage report gives its provider.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from catalog.audit.chains import State
from catalog.audit.keys import signature_holds
from catalog.audit.record import DIGESTS
from catalog.audit.replay import Fault, replay
from catalog.audit.segments import NodeFolder, node_folders


@dataclass(frozen=True)
class Report:
    """What was found. `sealed` of `records` lie under a signature; `heads` are seals worth keeping elsewhere."""

    nodes: int
    records: int
    sealed: int
    faults: tuple[Fault, ...]
    heads: tuple[Mapping[str, Any], ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


@dataclass
class _Tally:
    records: int = 0
    sealed: int = 0


def verify(audit_dir: Path, public_key: Ed25519PublicKey, *, anchors: Sequence[Mapping[str, Any]] = ()) -> Report:
    """Check every node's log under `audit_dir`. Reads each byte once; memory does not grow with the trail."""
    tally, faults, heads = _Tally(), [], []
    folders = node_folders(audit_dir)
    for folder in folders:
        found, head = _verify_node(folder, public_key, tally)
        faults += found
        if head is not None:
            heads.append(head)
    faults += _anchor_faults(audit_dir, anchors)
    return Report(len(folders), tally.records, tally.sealed, tuple(faults), tuple(heads))


def _verify_node(
    folder: NodeFolder, public_key: Ed25519PublicKey, tally: _Tally
) -> tuple[list[Fault], dict[str, Any] | None]:
    numbers = folder.segments()
    seals = [int(path.stem) for path in folder.path.glob("*.seal") if path.stem.isdigit()]
    if numbers != list(range(1, len(numbers) + 1)) or set(seals) - set(numbers):
        return [Fault(folder.node, 0, 0, "a segment is missing")], None
    state: State | None = None
    head: dict[str, Any] | None = None
    for number in numbers:
        seal, what = _seal_of(folder, number, public_key)
        closed_needed = number != numbers[-1]
        prev_seal = str(head["signature"]) if head else ""
        what = what or _seal_fault(seal, folder.node, number, prev_seal, closed_needed)
        if what:
            return [Fault(folder.node, number, 0, what)], head
        state = _next_state(state, seal)
        faults = replay(folder.segment(number), node=folder.node, segment=number, state=state, seal=seal)
        tally.records += state.tree.size
        tally.sealed += int(seal["records"]) if seal else 0
        if faults:
            return faults, head
        head = seal or head
    return [], head


def _seal_of(folder: NodeFolder, number: int, key: Ed25519PublicKey) -> tuple[dict[str, Any] | None, str]:
    try:
        seal = folder.seal(number)
    except ValueError:
        return None, "seal is not readable"
    if seal is not None and not signature_holds(seal, key):
        return None, "seal is not signed by this key"
    return seal, ""


def _seal_fault(seal: Mapping[str, Any] | None, node: str, number: int, prev_seal: str, closed_needed: bool) -> str:
    if seal is None:
        return "seal is missing" if closed_needed else ""
    if closed_needed and not seal["closed"]:
        return "segment was never closed"
    if (seal["node"], seal["segment"], seal["prev_seal"]) != (node, number, prev_seal):
        return "seal belongs elsewhere"
    return ""


def _next_state(state: State | None, seal: Mapping[str, Any] | None) -> State:
    if state is not None:
        state.open_segment()
        return state
    return State(DIGESTS[str(seal["algorithm"]) if seal else "sha256"])


def _anchor_faults(audit_dir: Path, anchors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Seals kept elsewhere that the trail no longer reaches or contradicts."""
    faults = []
    for anchor in anchors:
        folder, number = NodeFolder(audit_dir / Path(str(anchor["node"])).name), int(anchor["segment"])
        state = _state_before(folder, number)
        path = folder.segment(number)
        if (
            state is None
            or not path.is_file()
            or replay(path, node=folder.node, segment=number, state=state, seal=anchor)
        ):
            faults.append(Fault(folder.node, number, 0, "trail does not reach a seal kept elsewhere"))
    return faults


def _state_before(folder: NodeFolder, number: int) -> State | None:
    if number <= 1:
        own = folder.seal(1)
        return State(DIGESTS[str(own["algorithm"]) if own else "sha256"])
    before = folder.seal(number - 1)
    return State.after(before, DIGESTS[str(before["algorithm"])]) if before else None
