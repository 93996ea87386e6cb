"""Pairs of records found, compared and weighed on Spark, pair for pair as on DuckDB.

Keys: the SQL of blocking.py, asked of DuckDB inside Spark's Python workers, so that a hash is the same hash. Where they
meet, and who meets most often: SELECTs that say what nearest.py counts on DuckDB. Comparing: Splink's own Spark backend
over the same conditions. Weights: the same numpy. What comes back to this process is numbers of records with their
levels or bits, no value.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from splink import Linker, SettingsCreator
from splink.backends.spark import SparkAPI
from sqlglot import exp, parse_one

from catalog.settings import Settings
from lake.engines.spark.dialect import to_spark
from lake.engines.spark.functions import over_batches, register_arrow
from lake.engines.spark.session import open_session
from lake.matching import blocking, scoring, similarity
from lake.matching.compared import parts, with_shares
from lake.matching.engine import EMBEDDED
from lake.matching.in_workers import BITS, KEYS, arrays, asked, exploder, weigher
from lake.matching.model import Task
from lake.matching.prepare import RECORDS
from lake.matching.scoring import Compared
from lake.matching.trained import Model
from lake.matching.weighing import Weighed

_PRIVATE = "content, key, known_id, node"
"""Columns of the records that no comparison asks for: they do not travel."""


@contextmanager
def on_spark(settings: Settings) -> Iterator[OnSpark]:
    """The engine in a session of its own; what it held is let go afterwards. Raises ConfigurationError as
    open_session does."""
    engine = OnSpark(open_session(settings))
    try:
        yield engine
    finally:
        engine.release()


class OnSpark:
    """See engine.Engine."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._held: list[DataFrame] = []
        self._records: DataFrame | None = None
        self._mark: tuple[int, ...] | None = None

    def block(self, connection: duckdb.DuckDBPyConnection, task: Task) -> int:
        """See engine.Engine."""
        rank, budget = blocking.extent(connection, task)
        keys = self._hold("matching_key", over_batches(self._sent(connection, task), exploder(task, rank), KEYS))
        costs = self._hold("matching_cost", self._session.sql(to_spark(blocking.COSTS)))
        keys.join(_within(costs, budget), "block", "left_semi").createOrReplaceTempView("matching_chosen")
        self._hold("matching_met", self._session.sql(to_spark(blocking.met_sql(task, "matching_chosen"))))
        found = self._session.sql(to_spark(blocking.nearest_sql(task, "matching_met"))).toArrow()
        connection.register("matching_found", found)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {blocking.PAIRS} AS SELECT * FROM matching_found ORDER BY record_l, record_r"
        )
        connection.unregister("matching_found")
        self._let_go()
        return int(found.num_rows)

    def compare(self, connection: duckdb.DuckDBPyConnection, task: Task, pairs: str) -> Compared:
        """See engine.Engine."""
        scored = self._scored(connection, task, pairs)
        if scored is None:
            return EMBEDDED.compare(connection, task, pairs)
        return scoring.as_compared(task, arrays(_in_order(scored)))

    def weigh(self, connection: duckdb.DuckDBPyConnection, model: Model, pairs: str) -> Weighed:
        """See engine.Engine."""
        scored = self._scored(connection, model.task, pairs)
        if scored is None:
            return EMBEDDED.weigh(connection, model, pairs)
        bits = arrays(_in_order(over_batches(scored, weigher(model), BITS)))
        return Weighed(bits["record_l"], bits["record_r"], bits["bits"], np.zeros(len(bits["bits"]), bool))

    def release(self) -> None:
        """Let go of everything the workers hold."""
        self._let_go()
        if self._records is not None:
            self._records.unpersist()
            self._records = None

    def _sent(self, connection: duckdb.DuckDBPyConnection, task: Task) -> DataFrame:
        """The records as the workers have them, view RECORDS; sent anew where they changed: learning weighs values."""
        told = with_shares(scoring.weighted_columns(task), RECORDS, parts(task))
        rows = f"SELECT * EXCLUDE ({_PRIVATE}) FROM ({told})"
        mark = connection.execute(f"SELECT bit_xor(hash(told)) FROM ({rows}) AS told").fetchone()
        if self._records is None or mark != self._mark:
            self.release()
            table = connection.execute(f"{rows} ORDER BY record").to_arrow_table()
            self._records, self._mark = self._session.createDataFrame(table).persist(), mark
            self._records.createOrReplaceTempView(RECORDS)
        return self._records

    def _hold(self, name: str, frame: DataFrame) -> DataFrame:
        """View `name`, computed once however often it is read."""
        frame.persist().createOrReplaceTempView(name)
        self._held.append(frame)
        return frame

    def _let_go(self) -> None:
        for frame in self._held:
            frame.unpersist()
        self._held = []

    def _scored(self, connection: duckdb.DuckDBPyConnection, task: Task, pairs: str) -> DataFrame | None:
        """Splink's verdict on the pairs: the columns scoring.told names; None where there are no pairs."""
        asked = connection.execute(
            f"SELECT record_l AS join_key_l, record_r AS join_key_r, '0' AS match_key FROM {pairs}"
        ).to_arrow_table()
        if not asked.num_rows:
            return None
        self._sent(connection, task)
        settings = spark_settings(task)
        _register(self._session, settings)
        self._session.createDataFrame(asked).createOrReplaceTempView("matching_asked")
        # No jar: the functions are the hub's.
        how = {"break_lineage_method": "persist", "register_udfs_automatically": False}
        api = SparkAPI(spark_session=self._session, **how)  # type: ignore[no-untyped-call]
        linker = Linker(
            api.register(RECORDS), SettingsCreator.from_path_or_dict(settings), log_level=logging.ERROR,
            validate_settings=False,
        )  # fmt: skip
        linker.table_management.register_blocked_pairs_for_predict(api.register("matching_asked"))
        scored: DataFrame = linker.inference.predict(warning_mode="never").as_spark_dataframe()
        scored.unpersist()  # read once, and only in part: not worth keeping whole
        return scored.select(*scoring.told(task))


def spark_settings(task: Task) -> dict[str, Any]:
    """scoring.settings for Splink on Spark: the same levels. Shares of values go through as they are, to be weighed
    afterwards: Splink on Spark would count them anew."""
    settings = scoring.settings(task)
    for compared in settings["comparisons"]:
        for level in compared["comparison_levels"]:
            level.pop("tf_adjustment_column", None)
            level.pop("tf_adjustment_weight", None)
            if level["sql_condition"] != "ELSE":
                level["sql_condition"] = to_spark(level["sql_condition"])
    shares = [f"tf_{value}" for value in dict.fromkeys(scoring.weighted_columns(task))]
    more = {"sql_dialect": "spark", "additional_columns_to_retain": shares}
    return settings | more


def _within(costs: DataFrame, budget: float) -> DataFrame:
    """The blocks that are paid for, the cheapest first and by their number where they cost the same."""
    by_cost = costs.where(F.col("cost") <= budget).groupBy("cost").count().orderBy("cost").collect()
    limit, last = cut(by_cost, budget)
    cheaper = costs.where(F.col("cost") < limit)
    return cheaper.unionAll(costs.where(F.col("cost") == limit).orderBy("block").limit(last)).select("block")


def cut(by_cost: list[Row] | list[tuple[float, int]], budget: float) -> tuple[float, int]:
    """(cost up to which all blocks are paid for, how many of that cost are). by_cost: cost, blocks; rising."""
    spent = 0.0
    for cost, blocks in by_cost:
        payable = int((budget - spent) // cost)
        if payable < blocks:
            return cost, payable
        spent += cost * blocks
    return float("inf"), 0


def _register(session: SparkSession, settings: dict[str, Any]) -> None:
    """Give `session` the matching functions that the conditions call."""
    conditions = [level["sql_condition"] for one in settings["comparisons"] for level in one["comparison_levels"]]
    called = {
        node.name.lower(): len(node.expressions)
        for sql in conditions
        if sql != "ELSE"
        for node in parse_one(sql, read="spark").find_all(exp.Anonymous)
    }
    for name, taken in sorted(called.items()):
        register_arrow(session, name, asked(name, taken), "string" if name in similarity.TEXTS else "double")


def _in_order(frame: DataFrame) -> pa.Table:
    return frame.toArrow().sort_by([("record_l", "ascending"), ("record_r", "ascending")])
