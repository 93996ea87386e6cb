"""Candidate pairs found by places are those the two statements give that Spark is asked."""

from dataclasses import replace

import pytest

from lake.engines.duckdb import connect
from lake.matching import blocking, exact, prepare, scoring
from lake.matching.compared import hold_shares
from tests.factories.matching import people, person_task, table, town


@pytest.mark.parametrize("single", [(), ("police_person", "hrss_insurance")], ids=["any source", "nobody twice"])
@pytest.mark.parametrize("nearest", [1, 3, 50])
def test_places_find_the_pairs_that_met_most_often_and_of_equal_ones_the_first(single, nearest, monkeypatch):
    monkeypatch.setattr(blocking, "_LEAST", 100)  # so that not every block is paid for
    monkeypatch.setattr(blocking, "_AT_ONCE", 2_000)  # so that it takes several slices
    slices, truly = [], blocking.nearest
    monkeypatch.setattr(blocking, "nearest", lambda met, most: slices.append(len(met)) or truly(met, most))
    task = replace(person_task(), single=single, nearest=nearest, pairs_per_record=20)
    with connect() as connection:
        rows = town(people(300, seed=5), seed=6, without_number=0.4)
        rows += [held | {"key": f"{held['key']}+"} for held in rows if held["known_id"] is None]
        connection.register("held", table(rows))
        prepare.prepare(connection, "held", task)
        hold_shares(connection, prepare.frequencies(connection, task, scoring.weighted_columns(task)))
        exact.number_nodes(connection, task)
        count = blocking.block(connection, task)
        found = connection.execute(f"SELECT record_l, record_r FROM {blocking.PAIRS} ORDER BY ALL").fetchall()
        rank, budget = blocking.extent(connection, task)
        connection.execute(f"CREATE TEMP TABLE {blocking.ATOMS} AS {blocking.hashed_atoms(task)}")
        keys = " UNION ALL ".join(blocking.keys(task, rank, "TRUE"))
        connection.execute(f"CREATE TEMP TABLE matching_key AS {keys}")
        spent = "sum(cost) OVER (ORDER BY cost, block ROWS UNBOUNDED PRECEDING) AS spent"
        paid = f"SELECT block, {spent} FROM ({blocking.COSTS})"
        chosen = f"(FROM matching_key SEMI JOIN (SELECT block FROM ({paid}) WHERE spent <= {budget}) USING (block))"
        connection.execute(f"CREATE TEMP TABLE matching_met AS {blocking.met_sql(task, chosen)}")
        expected = connection.execute(f"{blocking.nearest_sql(task, 'matching_met')} ORDER BY ALL").fetchall()
        anybody = blocking.met_sql(replace(task, single=()), chosen)
        kept_apart = connection.execute(
            f"SELECT count(*) FROM ({anybody}) ANTI JOIN matching_met USING (record_l, record_r)"
        )
        apart = kept_apart.fetchall()[0][0]
        (blocks, left_out) = connection.execute(
            f"SELECT count(*), count(*) FILTER (spent > {budget}) FROM ({paid})"
        ).fetchall()[0]
    assert found == expected
    assert count == len(found) > 30
    assert 0 < left_out < blocks
    assert len(slices) > 3
    assert sum(slices) / len(slices) <= 2_000
    assert (apart > 0) == bool(single)
