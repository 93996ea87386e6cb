"""Open a node's folder again after its process ended, however it ended, and seal what it left.

A torn last line was never answered for: it is cut off. Complete lines behind the last seal are checked against the
chain and sealed. A folder that does not hold is left untouched as evidence, and its writer starts another one.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog.audit.chains import State
from catalog.audit.keys import signature_holds, signed, signing_key
from catalog.audit.record import digest_named
from catalog.audit.replay import replay
from catalog.audit.segments import NodeFolder, complete_length, node_folders
from catalog.settings import Settings


@dataclass(frozen=True)
class Opened:
    """Where writing goes on: the state, the number of the next segment, the signature of the last seal."""

    state: State
    next_segment: int
    prev_seal: str


def sealed(
    folder: NodeFolder, segment: int, state: State, *, prev_seal: str, closed: bool, key: Ed25519PrivateKey
) -> dict[str, Any]:
    """The signed seal of a segment of `folder` at `state`."""
    statement = {
        "node": folder.node,
        "segment": segment,
        "algorithm": folder.algorithm,
        "closed": closed,
        "prev_seal": prev_seal,
        **state.statement(),
    }
    return signed(statement, key)


def open_folder(folder: NodeFolder, *, key: Ed25519PrivateKey) -> Opened | None:
    """Bring a locked folder to a sealed end; None when what lies in it was tampered with."""
    digest = digest_named(folder.algorithm)
    numbers = folder.segments()
    if not numbers:
        return Opened(State(digest), 1, "")
    last = numbers[-1]
    try:
        before = folder.seal(last - 1) if last > 1 else None
        own = folder.seal(last)
    except ValueError:
        return None
    if (last > 1 and before is None) or any(not _ours(seal, key) for seal in (before, own) if seal):
        return None
    state = State.after(before, digest) if before else State(digest)
    prev_seal = str(before["signature"]) if before else ""
    _cut_torn_line(folder.segment(last))
    if replay(folder.segment(last), node=folder.node, segment=last, state=state, seal=own):
        return None
    if own is None or not own["closed"] or own["records"] != state.tree.size:
        own = sealed(folder, last, state, prev_seal=prev_seal, closed=True, key=key)
        folder.write_seal(last, own)
    state.open_segment()
    return Opened(state, last + 1, str(own["signature"]))


def _ours(seal: dict[str, Any], key: Ed25519PrivateKey) -> bool:
    return signature_holds(seal, key.public_key())


def seal_orphans(settings: Settings) -> list[Path]:
    """Seal what killed processes left unsealed, so that usage can be counted; folders in use are left alone.

    Returns the folders that do not hold and need an auditor.
    """
    key = signing_key(settings.keys_dir)
    broken = []
    for folder in node_folders(settings.audit_dir):
        lock = folder.lock()
        if lock is None:
            continue
        try:
            if open_folder(folder, key=key) is None:
                broken.append(folder.path)
        finally:
            os.close(lock)
    return broken


def _cut_torn_line(path: Path) -> None:
    whole = complete_length(path)
    if whole != path.stat().st_size:
        os.truncate(path, whole)
