"""Average linkage: what merges, what must not, and how the threshold is chosen without truth."""

import numpy as np

from lake.matching.clustering import FORBIDDEN, FORCED, Rules, best_threshold, cluster, components, expected_f1
from lake.matching.training import probability


def edges(*pairs):
    left, right, bits = zip(*pairs, strict=True)
    return np.array(left), np.array(right), np.array(bits, float)


def test_a_bridge_between_two_groups_does_not_join_them():
    groups = [(0, 1, 9), (0, 2, 9), (1, 2, 9), (3, 4, 9), (3, 5, 9), (4, 5, 9), (2, 3, 6)]
    assert cluster(6, *edges(*groups), threshold=0.0).tolist() == [0, 0, 0, 3, 3, 3]
    assert len(set(components(6, *edges(*groups)[:2]).tolist())) == 1


def test_a_shared_phone_swallows_nobody():
    star = [(0, other, 3) for other in range(1, 300)]
    apart = [(one, one + 1, -8) for one in range(1, 299)]
    found = cluster(300, *edges(*star, *apart), threshold=0.0)
    assert np.bincount(found).max() <= 3


def test_the_same_pairs_in_any_order_give_the_same_clusters():
    groups = [(0, 1, 4), (1, 2, 4), (0, 2, -1), (2, 3, 4), (3, 4, 4)]
    turned = list(reversed(groups))
    assert cluster(5, *edges(*groups), threshold=0.0).tolist() == cluster(5, *edges(*turned), threshold=0.0).tolist()


def test_a_source_without_doubles_gives_one_record_to_a_cluster():
    rules = Rules({0: frozenset({"a"}), 1: frozenset({"b"}), 2: frozenset({"b"})})
    pairs = edges((0, 1, 9), (0, 2, 5), (1, 2, 5))
    assert cluster(3, *pairs, threshold=0.0, rules=rules).tolist() == [0, 0, 2]


def test_what_one_register_gave_two_numbers_stays_two_and_what_two_registers_numbered_may_be_one():
    numbers = {
        0: {"market": frozenset({"1"})},
        1: {"market": frozenset({"2"})},
        2: {"tax": frozenset({"3"})},
        3: {"market": frozenset({"1"})},
    }
    pairs = edges((0, 1, 13), (0, 2, 9), (1, 2, 5), (0, 3, 8), (1, 3, 8), (2, 3, 8))
    assert cluster(4, *pairs, threshold=0.0, rules=Rules(registered=numbers)).tolist() == [0, 1, 0, 0]


def test_people_may_join_what_a_register_gave_two_numbers():
    rules = Rules(registered={0: {"market": frozenset({"1"})}, 1: {"market": frozenset({"2"})}})
    assert cluster(2, *edges((0, 1, 13)), threshold=0.0, rules=rules).tolist() == [0, 1]
    assert cluster(2, *edges((0, 1, FORCED)), threshold=0.0, rules=rules).tolist() == [0, 0]


def test_whoever_resembles_two_numbers_does_not_make_them_one():
    pairs = edges((0, 2, 9), (1, 2, 9))
    assert cluster(3, *pairs, threshold=0.0).tolist() == [0, 0, 0]
    assert cluster(3, *pairs, threshold=0.0, rules=Rules(numbered={0, 1})).tolist() == [0, 1, 0]


def test_two_numbers_that_were_compared_and_found_alike_may_be_one():
    pairs = edges((0, 1, 4), (0, 2, 9), (1, 2, 9))
    assert cluster(3, *pairs, threshold=0.0, rules=Rules(numbered={0, 1})).tolist() == [0, 0, 0]


def test_what_people_decided_outweighs_all_evidence():
    assert cluster(2, *edges((0, 1, FORCED)), threshold=0.0).tolist() == [0, 0]
    kept_apart = edges((0, 1, 12), (1, 2, 12), (0, 2, FORBIDDEN))
    assert len(set(cluster(3, *kept_apart, threshold=0.0).tolist())) == 2


def test_expected_f1_falls_when_doubtful_pairs_are_taken_for_sure():
    left, right, bits = edges((0, 1, 8), (2, 3, -5))
    chance = probability(bits)
    careful = expected_f1(np.array([0, 0, 2, 3]), left, right, chance)
    greedy = expected_f1(np.array([0, 0, 2, 2]), left, right, chance)
    assert careful > 0.95 > greedy


def test_the_threshold_is_the_one_near_even_odds_where_all_are_as_good():
    left, right, bits = edges((0, 1, 13), (2, 3, 13), (0, 2, -13))
    assert best_threshold(4, left, right, bits, probability(bits))[0] == 0.0


def test_nothing_to_compare_leaves_everybody_alone():
    nothing = np.empty(0, np.int64)
    assert cluster(3, nothing, nothing, np.empty(0), threshold=0.0).tolist() == [0, 1, 2]
