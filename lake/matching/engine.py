"""Where pairs of records are found, compared and weighed: on DuckDB, or on Spark (on_spark.py), pair for pair alike.

That is what grows beyond one machine. Everything that has a row per record (cleaning, numbers, ids) or is made of the
weighed pairs alone (clusters, review) stays in the process that resolves.
"""

from __future__ import annotations

from typing import Protocol

import duckdb

from lake.matching import blocking, scoring
from lake.matching.model import Task
from lake.matching.scoring import Compared
from lake.matching.trained import Model
from lake.matching.weighing import Weighed, weighed_now


class Engine(Protocol):
    """Works on the relation `matching_record` of the connection it is given; `pairs` are relations there."""

    def block(self, connection: duckdb.DuckDBPyConnection, task: Task) -> int:
        """Make table blocking.PAIRS (record_l < record_r) of the candidate pairs; how many there are."""

    def compare(self, connection: duckdb.DuckDBPyConnection, task: Task, pairs: str) -> Compared:
        """How the pairs of relation `pairs` (record_l, record_r; distinct) compare, whatever the model."""

    def weigh(self, connection: duckdb.DuckDBPyConnection, model: Model, pairs: str) -> Weighed:
        """The weight of each pair of relation `pairs` under `model`, all of them compared now."""


class Embedded:
    """DuckDB, in the connection itself."""

    def block(self, connection: duckdb.DuckDBPyConnection, task: Task) -> int:
        """See Engine."""
        return blocking.block(connection, task)

    def compare(self, connection: duckdb.DuckDBPyConnection, task: Task, pairs: str) -> Compared:
        """See Engine."""
        return scoring.compare(connection, task, pairs)

    def weigh(self, connection: duckdb.DuckDBPyConnection, model: Model, pairs: str) -> Weighed:
        """See Engine."""
        return weighed_now(model, scoring.compare(connection, model.task, pairs))


EMBEDDED = Embedded()
