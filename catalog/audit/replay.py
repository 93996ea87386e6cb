"""Read a segment again, record by record, and say what in it cannot be as it was written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.audit.chains import State
from catalog.audit.record import parse, recompute
from catalog.audit.segments import lines

Digest = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written. `line` counts from 1; 0 means the whole segment."""

    node: str
    segment: int
    line: int
    what: str


def replay(path: Path, *, node: str, segment: int, state: State, seal: Mapping[str, Any] | None) -> list[Fault]:
    """Run `state` over a segment's complete lines and hold it against `seal` at the record the seal speaks of.

    Stops at the first broken line: behind it nothing can be told apart.
    """
    faults: list[Fault] = []
    wanted = int(seal["records"]) if seal else -1
    held = wanted == 0 and _states(state, seal)
    for number, raw in enumerate(lines(path), start=1):
        what = _step(raw, node=node, state=state)
        if what:
            return [Fault(node, segment, number, what)]
        if number == wanted:
            held = _states(state, seal)
    if seal is not None and not held:
        short = state.tree.size < wanted
        faults.append(
            Fault(node, segment, 0, "sealed records are missing" if short else "records differ from the seal")
        )
    if seal is not None and held and seal["closed"] and state.tree.size > wanted:
        faults.append(Fault(node, segment, wanted + 1, "records stand behind the end of a closed segment"))
    return faults


def _states(state: State, seal: Mapping[str, Any] | None) -> bool:
    return seal is not None and all(seal.get(name) == value for name, value in state.statement().items())


def _step(raw: bytes, *, node: str, state: State) -> str:
    """Take one line into `state`; a phrase when it does not follow from the line before."""
    try:
        record = parse(raw)
    except ValueError:
        return "line is not a record"
    if record.get("hash") != recompute(raw, state.digest):
        return "record was changed"
    if record.get("node") != node or record.get("seq") != state.next_seq or record.get("prev") != state.prev:
        return "record is out of order, or one before it is gone"
    state.add(str(record["hash"]), record.get("providers", []))
    return ""
