"""Splink's weight of a pair and ours are the same number, and every role's SQL runs."""

import numpy as np
import pyarrow as pa
import pytest

from lake.engines.duckdb import connect
from lake.matching import blocking, exact, prepare, scoring, training
from lake.matching.compared import hold_shares
from lake.matching.model import Column, Task
from lake.matching.roles import ROLES
from lake.matching.trained import Model
from tests.factories.matching import people, person_task, table, town


def test_our_weights_are_splinks():
    task = person_task()
    with connect() as connection:
        connection.register("held", table(town(people(120, seed=1), seed=2)))
        prepare.prepare(connection, "held", task)
        shares = prepare.frequencies(connection, task, scoring.weighted_columns(task))
        hold_shares(connection, shares)
        exact.number_nodes(connection, task)
        blocking.block(connection, task)
        compared = scoring.compare(connection, task, blocking.PAIRS)
        learnt = training.train(connection, task, compared)
        model = Model(task, learnt, shares, 0.0, 0.0)
        splinks = scoring.score(connection, task, blocking.PAIRS, model.settings()).fetchnumpy()
    ours = dict(zip(zip(compared.left, compared.right, strict=True), training.weights(compared, learnt), strict=True))
    assert len(ours) > 100
    for left, right, weight in zip(splinks["record_l"], splinks["record_r"], splinks["match_weight"], strict=True):
        assert ours[left, right] == pytest.approx(weight, abs=1e-6)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_can_be_prepared_and_blocked_and_compares_as_in_splinks_own_verdict(role):
    columns = {"name": "full_name", "surname": "surname", "given": "given_name", "organisation": "organisation"}
    task = Task("roles", tuple(Column(name, kind) for name, kind in {**columns, "it": role}.items()))
    values = ["1990-03-07", "王伟", "12 smith street", "a.b@c.org", "13812345678", None]
    held = {"source": ["s"] * 6, "key": list("abcdef"), "known_id": pa.nulls(6, pa.string()), "it": values}
    with connect() as connection:
        connection.register("held", pa.table({**held, **dict.fromkeys(columns, values)}))
        prepare.prepare(connection, "held", task)
        hold_shares(connection, prepare.frequencies(connection, task, scoring.weighted_columns(task)))
        exact.number_nodes(connection, task)
        blocking.block(connection, task)
        training.sample_random(connection, task)
        compared = scoring.compare(connection, task, "matching_random")
        verdict = scoring.score(connection, task, "matching_random").order("record_l, record_r").fetchnumpy()
    splinks = scoring.as_compared(task, verdict)
    assert len(compared.left) == 15
    assert compared.left.tolist() == splinks.left.tolist()
    for name, level in compared.levels.items():
        assert np.all(level >= -1)
        assert level.tolist() == splinks.levels[name].tolist()
    for name, share in compared.frequency.items():
        np.testing.assert_array_equal(share, splinks.frequency[name])


def test_exchanged_names_count_once():
    task = Task("names", (Column("given", "given_name"), Column("surname", "surname")))
    held = {"source": ["s", "s"], "key": ["a", "b"], "known_id": pa.nulls(2, pa.string())}
    with connect() as connection:
        connection.register(
            "held", pa.table({**held, "given": ["gabriel", "thomas"], "surname": ["thomas", "gabriel"]})
        )
        prepare.prepare(connection, "held", task)
        hold_shares(connection, prepare.frequencies(connection, task, scoring.weighted_columns(task)))
        exact.number_nodes(connection, task)
        training.sample_random(connection, task)
        compared = scoring.compare(connection, task, "matching_random")
    labels = ["", *[label for label, _ in reversed(scoring.levels_of(task, task.columns[0]))]]
    assert labels[compared.levels["given"][0]] == "exchanged"
    assert compared.levels["surname"].tolist() == [-1]
