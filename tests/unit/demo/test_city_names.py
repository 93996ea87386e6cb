from collections import Counter

import numpy as np
import pytest

from demo.city import name_lists, names


def named(n: int = 20_000) -> list[str]:
    rng = np.random.default_rng(5)
    bearers = names.Bearers(
        sex=np.where(rng.random(n) < 0.5, "1", "2"),
        birth_year=rng.integers(1940, 2025, size=n),
        family=names.surnames(rng, n),
        ethnic=names.ethnic_groups(rng, n),
    )
    return [str(name) for name in names.full_names(rng, bearers)]


def test_a_few_surnames_cover_most_people():
    counts = Counter(name[0] for name in named())
    top = [count for _, count in counts.most_common(20)]
    assert sum(top[:5]) / 20_000 > 0.33
    assert sum(top) / 20_000 > 0.6
    assert counts.most_common(1)[0][0] == "王"


def test_many_people_bear_the_same_name():
    counts = Counter(named())
    assert counts.most_common(1)[0][1] >= 8
    assert sum(count for count in counts.values() if count > 1) / 20_000 > 0.2


def test_some_names_hold_characters_that_gbk_lacks_mostly_of_four_bytes_in_gb18030():
    rare = [name for name in named() if set(name) & set(name_lists.OUTSIDE_GBK)]
    assert 0.003 < len(rare) / 20_000 < 0.01
    for character in name_lists.OUTSIDE_GBK:
        with pytest.raises(UnicodeEncodeError):
            character.encode("gbk")
    four_bytes = [character for character in name_lists.OUTSIDE_GBK if len(character.encode("gb18030")) == 4]
    assert len(four_bytes) > 10
    assert all(len(character.encode("gbk")) == 2 for character in name_lists.UNCOMMON)


def test_minority_names_join_their_parts_by_the_middle_dot():
    dotted = [name for name in named() if name_lists.DOT in name]
    assert 40 < len(dotted) < 300
    assert all(name.count("\u00b7") == 1 and len(name) <= 14 for name in dotted)


def test_no_name_is_empty_or_cut():
    assert all(2 <= len(name) <= 14 and name == name.strip() for name in named())
