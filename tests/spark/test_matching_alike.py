"""Records matched on DuckDB and on Spark: the same pairs, levels, weights, clusters and ids."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.matching_data import linkage_files, linkage_set
from catalog.settings import Settings
from lake.engines.duckdb import connect
from lake.matching import blocking, exact, prepare, scoring, training
from lake.matching.compared import hold_shares
from lake.matching.engine import EMBEDDED, Engine
from lake.matching.model import Column, Task
from lake.matching.resolve import Resolution, resolve
from lake.matching.roles import ROLES
from tests.factories.matching import people, person_task, row, table, town
from tests.factories.outside import outside

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PAIRS = "SELECT record_l, record_r, bits FROM matching_kept ORDER BY record_l, record_r"
VALUES = [
    *("1990-03-07", "1990-07-03", "1990-03-08", "王伟", "王维", "王小伟", "欧阳娜娜", "阿卜杜拉·买买提"),
    *("12 smith street", "12 smyth street", "smith", "smyth", "a.b@c.org", "a.c@c.org", "13812345678", "13812345679"),
    *("莱州市北苑西路12号楼3单元", "北苑西路12号楼", "莱州市鑫源商贸有限公司", "莱州鑫源商贸公司第二分店", "鑫源商贸"),
    *("鑫源贸易有限公司", "莱州市鑫源商贸有限公司一分店", "green tea trading company", "trading company of green tea"),
    *("green tea trade", "370683199003071234", "370683199003071235", "20120307", "1990-04-07", "莱州市北苑西路14号楼"),
    *("13812345688", "王", "a.bd@c.org", "smithe", "é%20\t", None),
]


@pytest.fixture(scope="module")
def cluster(spark: "SparkSession", spark_settings: Settings) -> Any:
    """The engine on the tests' two workers."""
    from lake.matching.on_spark import on_spark

    with on_spark(spark_settings) as engine:
        yield engine


def matched(engine: Engine, records: pa.Table, task: Task, **more: Any) -> tuple[Resolution, dict[str, Any]]:
    """What `engine` makes of the records, and every weighed pair."""
    with connect() as connection:
        connection.register("held", records)
        found = resolve(connection, "held", task, engine=engine, secret="s", **more)
        return found, connection.execute(PAIRS).fetchnumpy()


def hold_alike(mine: tuple[Resolution, dict[str, Any]], theirs: tuple[Resolution, dict[str, Any]]) -> None:
    (here, pairs), (there, others) = mine, theirs
    assert len(pairs["bits"]) > 100
    for name in ("record_l", "record_r"):
        assert np.array_equal(pairs[name], others[name])
    assert np.abs(pairs["bits"] - others["bits"]).max() < 1e-9
    assert here.clusters.equals(there.clusters)
    assert here.review.num_rows == there.review.num_rows
    assert here.metrics["pairs"] == there.metrics["pairs"]
    assert here.model.threshold == there.model.threshold


def homes() -> pa.Table:
    """A town with twins, a phone that many share, and people nobody numbered."""
    persons = people(150, seed=31)
    twins = [row("hrss_insurance", f"t{n}", {**one, "name": one["name"][0] + "芷若", "resident_id": None})
             for n, one in enumerate(persons[:5])]  # fmt: skip
    crowd = [row("education_pupil", f"x{n}", {**one, "phone": "13800001111", "resident_id": None})
             for n, one in enumerate(people(40, seed=32))]  # fmt: skip
    return table([*town(persons, seed=33), *twins, *crowd])


@pytest.mark.timeout(1800)
def test_a_town_is_matched_alike_when_learnt_and_when_a_model_is_given(cluster: Engine) -> None:
    records, task = homes(), person_task()
    mine, theirs = (matched(engine, records, task) for engine in (EMBEDDED, cluster))
    hold_alike(mine, theirs)
    again = matched(cluster, records, task, model=mine[0].model, previous=mine[0].clusters)
    hold_alike(mine, again)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["febrl1"])
def test_a_public_set_is_matched_alike(cluster: Engine, name: str) -> None:
    sample = linkage_set(name, seed=5, folder=outside(*linkage_files(name)))
    model = matched(EMBEDDED, sample.records, sample.task)
    hold_alike(model, matched(cluster, sample.records, sample.task, model=model[0].model))


@pytest.mark.timeout(1800)
def test_every_role_is_blocked_and_compared_alike(cluster: Engine) -> None:
    task = Task("roles", tuple(Column(f"of {role}", role) for role in sorted(ROLES))).renamed()
    count = len(VALUES)
    held = {column.name: [VALUES[(at + at % 3 * place) % count] for at in range(count)]
            for place, column in enumerate(task.columns)}  # fmt: skip
    names = {
        "source": ["s"] * count,
        "key": [f"{at:02d}" for at in range(count)],
        "known_id": pa.nulls(count, pa.string()),
    }
    with connect() as connection:
        connection.register("held", pa.table({**names, **held}))
        prepare.prepare(connection, "held", task)
        hold_shares(connection, prepare.frequencies(connection, task, scoring.weighted_columns(task)))
        exact.number_nodes(connection, task)
        met = [(engine.block(connection, task), connection.execute(f"FROM {blocking.PAIRS} ORDER BY ALL").fetchall())
               for engine in (EMBEDDED, cluster)]  # fmt: skip
        assert met[0] == met[1]
        assert met[0][0] > 100
        training.sample_random(connection, task)
        mine, theirs = (engine.compare(connection, task, "matching_random") for engine in (EMBEDDED, cluster))
    order = np.lexsort((mine.right, mine.left))
    assert len(order) == count * (count - 1) // 2
    for name, levels in mine.levels.items():
        assert np.array_equal(levels[order], theirs.levels[name]), name
        if ROLES[next(column.role for column in task.columns if column.name == name)].levels[1:]:
            assert len(set(levels.tolist())) > 2, f"{name} was asked nothing it tells apart"
    for name, share in mine.frequency.items():
        assert np.array_equal(share[order], theirs.frequency[name], equal_nan=True), name


def test_no_pair_is_asked_of_nobody(cluster: Engine) -> None:
    nobody = table([row("police_person", "p1", people(1, seed=1)[0])])
    mine, theirs = (matched(engine, nobody, person_task()) for engine in (EMBEDDED, cluster))
    assert mine[0].clusters.equals(theirs[0].clusters)
    assert len(theirs[1]["bits"]) == 0


@pytest.mark.parametrize(
    ("budget", "expected"), [(0, (1.0, 0)), (4, (2.5, 0)), (8, (2.5, 2)), (100, (float("inf"), 0)), (11, (9.0, 0))]
)
def test_blocks_are_paid_for_up_to_the_budget(budget: float, expected: tuple[float, int]) -> None:
    from lake.matching.on_spark import cut

    assert cut([(1.0, 3), (2.5, 3), (9.0, 1)], budget) == expected
