"""The usage statement a provider gets, and how it checks with the public key alone that no use was left out. Pure.

A statement carries the audit lines themselves. They hash to the links of the provider's own chain, whose length and tip
stand in the hub's signed seal: a statement with a use left out does not reach the tip. `from` is where the provider's
statement before ended, so a series of statements leaves no gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from catalog.audit import merkle
from catalog.audit.chains import Tip
from catalog.audit.keys import signature_holds
from catalog.audit.record import DIGESTS, parse, recompute

UNCOUNTED_SURFACES = frozenset({"delta_sharing_file"})
"""Fetching a file is part of the query that named it: recorded, shown, but not a call of its own."""

Line = tuple[str, str, str, str, str]


def counts(record: Mapping[str, Any]) -> bool:
    """Whether a record is a use (an allowed call), not a refusal and not a part of another call."""
    return record["decision"] == "allowed" and record["surface"] not in UNCOUNTED_SURFACES


def summarise(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Calls and rows by dataset, recipient, purpose, day and decision, with the items that were asked for."""
    totals: dict[Line, dict[str, Any]] = defaultdict(lambda: {"calls": 0, "rows": 0, "items": set()})
    for record in records:
        if record["surface"] in UNCOUNTED_SURFACES:
            continue
        key = (record["dataset"], record["agency"], record["purpose"], record["at"][:10], record["decision"])
        total = totals[key]
        total["calls"] += 1
        total["rows"] += record["rows"]
        total["items"].update(record["items"])
    names = ("dataset", "recipient", "purpose", "day", "decision")
    return [
        {**dict(zip(names, key, strict=True)), **total, "items": sorted(total["items"])}
        for key, total in sorted(totals.items())
    ]


def statement(
    *,
    report_id: str,
    hub_id: str,
    provider: str,
    entries: Sequence[tuple[str, bytes]],
    starts: Mapping[str, Tip],
    seals: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The unsigned statement for `provider` over `entries` (node, line); its chains run from `starts` to `seals`."""
    records = [parse(raw) for _, raw in entries]
    used = [record for record in records if counts(record)]
    algorithm = next((str(seal["algorithm"]) for seal in seals.values()), "sha256")
    nodes = [
        {"node": node, "from": [starts.get(node, Tip()).count, starts.get(node, Tip()).tip], "seal": dict(seal)}
        for node, seal in sorted(seals.items())
        if provider in seal["providers"]
    ]
    return {
        "report_id": report_id,
        "hub_id": hub_id,
        "provider": provider,
        "period_start": min((record["at"] for record in records), default=""),
        "period_end": max((record["at"] for record in records), default=""),
        "algorithm": algorithm,
        "calls": len(used),
        "rows": sum(record["rows"] for record in used),
        "summary": summarise(records),
        "merkle_root": merkle.root((bytes.fromhex(r["hash"]) for r in records), DIGESTS[algorithm]).hex(),
        "nodes": nodes,
        "lines": [raw.decode() for _, raw in entries],
    }


def verify_report(
    report: Mapping[str, Any], public_key: Ed25519PublicKey, *, previous: Mapping[str, Any] | None = None
) -> list[str]:
    """What is wrong with a provider's report; an empty list means it is genuine and complete up to its seals.

    `previous`: the provider's report before, of the same hub and key, to see that nothing lies between the two.
    """
    if not signature_holds(dict(report), public_key):
        return ["the report is not signed by this key"]
    digest = DIGESTS[str(report["algorithm"])]
    records, faults = [], []
    for text in report["lines"]:
        record = parse(text.encode())
        if record["hash"] != recompute(text.encode(), digest) or report["provider"] not in record["providers"]:
            faults.append("a record was changed")
        records.append(record)
    used = [record for record in records if counts(record)]
    root = merkle.root((bytes.fromhex(record["hash"]) for record in records), digest).hex()
    if root != report["merkle_root"]:
        faults.append("the Merkle root does not match the records")
    if (len(used), sum(r["rows"] for r in used)) != (report["calls"], report["rows"]):
        faults.append("the totals do not match the records")
    if summarise(records) != report["summary"]:
        faults.append("the summary does not match the records")
    faults += _chain_faults(report, records, public_key)
    return faults + (_gap_faults(report, previous, public_key) if previous is not None else [])


def _chain_faults(
    report: Mapping[str, Any], records: Sequence[Mapping[str, Any]], public_key: Ed25519PublicKey
) -> list[str]:
    faults = []
    named = {str(entry["node"]) for entry in report["nodes"]}
    if {str(record["node"]) for record in records} - named:
        faults.append("records of a node that no seal speaks for")
    for entry in report["nodes"]:
        seal = entry["seal"]
        if seal["node"] != entry["node"] or not signature_holds(seal, public_key):
            faults.append("a seal is not signed by this key")
            continue
        count, tip = entry["from"]
        link, digest = Tip(int(count), str(tip)), DIGESTS[str(seal["algorithm"])]
        for record in records:
            if record["node"] == entry["node"]:
                link = link.then(str(record["hash"]), digest)
        if [link.count, link.tip] != seal["providers"].get(report["provider"]):
            faults.append("a use that the hub sealed is not in the report")
    return faults


def _gap_faults(report: Mapping[str, Any], previous: Mapping[str, Any], public_key: Ed25519PublicKey) -> list[str]:
    if not signature_holds(dict(previous), public_key):  # edited to end where this one begins, it would hide a gap
        return ["the report before is not signed by this key"]
    if any(previous[whose] != report[whose] for whose in ("hub_id", "provider")):
        return ["the report before is another department's or another hub's"]
    ended = {entry["node"]: entry["seal"]["providers"][previous["provider"]] for entry in previous["nodes"]}
    starts = {entry["node"]: entry["from"] for entry in report["nodes"]}
    gone = any(node not in starts for node in ended)
    if gone or any(starts[node] != ended.get(node, [0, ""]) for node in starts):
        return ["uses between this report and the one before are missing"]
    return []
