"""Pairs with weights -> clusters: average linkage in connected components, so that no single bridge joins two persons.

Pure: numpy in, numpy out. Constraints: pairs that must not (or must) be together, sources that hold nobody twice. The
threshold is chosen by the F1 the weights themselves lead to expect; no truth is asked.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STRONGEST = 14.0
"""Bits a pair may weigh at most for or against: one pair must not outvote all the others of two clusters."""
ABSENT = -7.0
"""Bits of a pair that was never compared: nothing blocked it, so it hardly is one."""
APART = -17.0
"""Bits of a pair of two sound numbers that was never compared: whoever resembles both is no reason to make them one."""
MOST_NUMBERED = 200
"""Numbers in one component up to which their pairs are looked at."""
FORCED, FORBIDDEN = 1e6, -1e6
"""Bits of pairs people decided on: never clipped."""
_AS_GOOD = 0.0005
THRESHOLDS = tuple(float(bits) for bits in range(-4, 9))


@dataclass(frozen=True, slots=True)
class Rules:
    """What no weight may overrule, only people: single[node] = sources of which its cluster may hold one record only.

    registered[node] = source -> the numbers it registered the node's records under. A source gives everybody one: two
    clusters to which it gave different ones are two. numbered: the nodes that have a sound number; two of them that
    were never compared count as APART.
    """

    single: Mapping[int, frozenset[str]] = field(default_factory=dict)
    registered: Mapping[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    numbered: Collection[int] = frozenset()


def components(nodes: int, left: Ints, right: Ints) -> Ints:
    """Connected component of each node, named by its smallest node."""
    name = np.arange(nodes)
    while len(left):
        # Of two names the greater hangs itself on the smaller; then every node takes the name at the end of its chain.
        one, other = name[left], name[right]
        np.minimum.at(name, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(name, name[name]):
            name = name[name]
        apart = name[left] != name[right]
        left, right = left[apart], right[apart]
    return name


def cluster(nodes: int, left: Ints, right: Ints, bits: Floats, *, threshold: float, rules: Rules | None = None) -> Ints:
    """Cluster of each node (its smallest node). Pairs are distinct, left != right; bits as training.weights gives them.

    Two clusters merge while the mean weight of the pairs between them, never-compared ones as ABSENT, is at least
    `threshold`; the strongest merge first, ties by node number, so the same pairs give the same clusters.
    """
    if not len(left):
        return np.arange(nodes)
    component = components(nodes, left[bits >= threshold], right[bits >= threshold])
    found, inside = np.arange(nodes), component[left] == component[right]
    alone = _couples(component, inside, left, right, rules or Rules())
    found[np.maximum(left[alone], right[alone])] = np.minimum(left[alone], right[alone])
    inside &= ~alone
    groups: dict[int, list[tuple[int, int, float]]] = {}
    weight = np.where(np.abs(bits) >= FORCED, bits, np.clip(bits, -STRONGEST, STRONGEST))
    for one, other, value in zip(left[inside].tolist(), right[inside].tolist(), weight[inside].tolist(), strict=True):
        groups.setdefault(int(component[one]), []).append((one, other, value))
    for edges in groups.values():
        for node, head in _agglomerate(edges, threshold, rules or Rules()).items():
            found[node] = head
    return found


def _couples(component: Ints, inside: Bools, left: Ints, right: Ints, rules: Rules) -> Bools:
    """Which edges are the only one of their component, with nothing else to be weighed: most of them are."""
    pairs = np.bincount(component[left[inside]], minlength=len(component))
    alone = np.asarray(inside & (pairs[component[left]] == 1))
    ruled = np.zeros(len(component), bool)
    ruled[np.fromiter((*rules.single, *rules.registered), np.int64)] = True
    return np.asarray(alone & ~(ruled[left] & ruled[right]))


def _agglomerate(edges: Sequence[tuple[int, int, float]], threshold: float, rules: Rules) -> dict[int, int]:
    """Average linkage in one connected component; node -> smallest node of its cluster."""
    links: dict[int, dict[int, float]] = {}
    for one, other, value in edges:
        links.setdefault(one, {})[other] = value - ABSENT
        links.setdefault(other, {})[one] = value - ABSENT
    for one, other in _unmet_numbers(links, rules):
        links[one][other] = links[other][one] = APART - ABSENT
    members = {node: [node] for node in links}
    held = _Held(rules, links)
    heap = [(-value, min(one, other), max(one, other), 1, 1) for one, other, value in edges if value >= threshold]
    heapq.heapify(heap)
    while heap:
        less, one, other, size_one, size_other = heapq.heappop(heap)
        if one not in members or other not in members:
            continue
        if (len(members[one]), len(members[other])) != (size_one, size_other):
            continue
        if held.apart(one, other) and -less <= STRONGEST:  # only people weigh more
            continue
        _join(one, other, links, members)
        held.join(one, other)
        for third, total in links[one].items():
            mean = ABSENT + total / (len(members[one]) * len(members[third]))
            if mean >= threshold:
                a, b = min(one, third), max(one, third)
                heapq.heappush(heap, (-mean, a, b, len(members[a]), len(members[b])))
    return {node: min(nodes) for nodes in members.values() for node in nodes}


def _unmet_numbers(links: Mapping[int, Mapping[int, float]], rules: Rules) -> list[tuple[int, int]]:
    """Pairs of nodes with sound numbers that were never compared; none of a component that holds too many of them."""
    numbered = sorted(node for node in links if node in rules.numbered)
    if len(numbered) > MOST_NUMBERED:
        return []
    return [(one, other) for one, other in combinations(numbered, 2) if other not in links[one]]


class _Held:
    """What the rules know of each cluster while clusters grow."""

    def __init__(self, rules: Rules, nodes: Iterable[int]) -> None:
        self.single = {node: rules.single[node] for node in nodes if node in rules.single}
        self.registered = {node: dict(rules.registered[node]) for node in nodes if node in rules.registered}

    def apart(self, one: int, other: int) -> bool:
        """Whether the rules keep two clusters apart."""
        if self.single.get(one, frozenset()) & self.single.get(other, frozenset()):
            return True
        mine, theirs = self.registered.get(one, {}), self.registered.get(other, {})
        return any(mine[source].isdisjoint(theirs[source]) for source in mine.keys() & theirs.keys())

    def join(self, one: int, other: int) -> None:
        """`other` is part of `one` now."""
        single = self.single.get(one, frozenset()) | self.single.pop(other, frozenset())
        if single:
            self.single[one] = single
        mine = self.registered.get(one, {})
        for source, numbers in self.registered.pop(other, {}).items():
            mine[source] = mine.get(source, frozenset()) | numbers
        if mine:
            self.registered[one] = mine


def _join(one: int, other: int, links: dict[int, dict[int, float]], members: dict[int, list[int]]) -> None:
    members[one] += members.pop(other)
    gone = links.pop(other)
    gone.pop(one, None)
    links[one].pop(other, None)
    for third, total in gone.items():
        links[one][third] = links[one].get(third, 0.0) + total
        del links[third][other]
        links[third][one] = links[one][third]


def expected_f1(clusters: Ints, left: Ints, right: Ints, chance: Floats) -> float:
    """F1 over pairs that the probabilities lead to expect of these clusters (pairs never compared count as none)."""
    together = clusters[left] == clusters[right]
    sizes = np.bincount(np.unique(clusters, return_inverse=True)[1]).astype(np.float64)
    claimed, hit, all_expected = float((sizes * (sizes - 1) / 2).sum()), chance[together].sum(), chance.sum()
    return float(2 * hit / max(claimed + all_expected, 1e-9))


def best_threshold(
    nodes: int, left: Ints, right: Ints, bits: Floats, chance: Floats, rules: Rules | None = None
) -> tuple[float, float]:
    """The threshold with the best expected F1, and that F1; among those as good as the best the one nearest to 0."""
    tried = {
        bar: expected_f1(cluster(nodes, left, right, bits, threshold=bar, rules=rules), left, right, chance)
        for bar in THRESHOLDS
    }
    best = max(tried.values())
    return min((bar for bar, f1 in tried.items() if f1 >= best - _AS_GOOD), key=lambda bar: (abs(bar), bar)), best
