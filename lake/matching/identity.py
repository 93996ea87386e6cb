"""Entities keep their id for ever: which old id each new cluster takes over, and where ids that ended point to.

Pure: dicts in, dicts out. An id follows the most of its records; of merged ids the one with most records stays (the
smaller id where equal), of a split the largest piece keeps it (the one with the id's own number where equal); every
other change is a redirect with its reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Record = TypeVar("Record", bound=Hashable)
Cluster = TypeVar("Cluster", bound=Hashable)
MERGED, SPLIT, GONE = "merged", "split", "gone"


@dataclass(frozen=True, slots=True)
class Redirect:
    """An id that changed: `to` None when nothing is left of it. For SPLIT, `to` is a piece's new id; `old` lives on."""

    old: str
    to: str | None
    reason: str


def new_key(anchor: str, *, prefix: str = "E", secret: str = "") -> str:
    """The id of an entity never seen before, from what anchors it (its number, or source and key); one way."""
    return prefix + hashlib.sha256(f"{secret}{anchor}".encode()).hexdigest()[:24]


def keep_keys(
    previous: Mapping[Record, str],
    clusters: Mapping[Record, Cluster],
    fresh: Mapping[Cluster, str],
    *,
    used: Collection[str] = (),
) -> tuple[dict[Cluster, str], list[Redirect]]:
    """(cluster -> id, redirects). previous: record -> id; clusters: record -> cluster; fresh: cluster -> id if new.

    used: ids in use that `previous` leaves out, as far as a fresh id comes to them: one that once belonged to other
    records is hashed on until it is free. No id ever changes its meaning.
    """
    overlap = Counter((previous[record], cluster) for record, cluster in clusters.items() if record in previous)
    kept: dict[Cluster, str] = {}
    taken: dict[str, Cluster] = {}

    def turn(pair: tuple[str, Cluster]) -> tuple[int, bool, str, str]:
        old, cluster = pair
        return -overlap[pair], fresh[cluster] != old, old, str(cluster)

    for old, cluster in sorted(overlap, key=turn):
        if cluster not in kept and old not in taken:
            kept[cluster], taken[old] = old, cluster
    taken_ids = {*previous.values(), *used}
    keys = {cluster: kept.get(cluster) or _free(fresh[cluster], taken_ids) for cluster in set(clusters.values())}
    return keys, _redirects(set(previous.values()), taken, overlap, keys)


def hashed_on(key: str) -> str:
    """The id to take instead of one that is in use."""
    return new_key(key, prefix=key[:1])


def _free(key: str, used: set[str]) -> str:
    while key in used:
        key = hashed_on(key)
    used.add(key)
    return key


def _redirects(
    old_keys: set[str],
    taken: Mapping[str, Cluster],
    overlap: Counter[tuple[str, Cluster]],
    keys: Mapping[Cluster, str],
) -> list[Redirect]:
    found = []
    pieces: dict[str, list[Cluster]] = {}
    for old, cluster in overlap:
        pieces.setdefault(old, []).append(cluster)
    for old in sorted(old_keys):
        where = sorted(pieces.get(old, []), key=lambda cluster: (-overlap[old, cluster], keys[cluster]))
        ended = old not in taken
        for place, cluster in enumerate(cluster for cluster in where if keys[cluster] != old):
            found.append(Redirect(old, keys[cluster], MERGED if ended and place == 0 else SPLIT))
        if not where:
            found.append(Redirect(old, None, GONE))
    return found
