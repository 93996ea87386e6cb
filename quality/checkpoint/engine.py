"""Great Expectations on DuckDB: a datasource and execution engine that use the very connection the hub made.

GX 1.24 does not know DuckDB: its own engine gives the connection back before rows are fetched, and fails. The subclass
here keeps one connection. GX is imported on first use only, once per process, with analytics and progress bars off.
"""

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any, Literal

from quality.marking.scan import ROWS, Scan

_ONE_AT_A_TIME = threading.RLock()  # GX keeps its project in process-wide state


_REMOTE_SPARK = "pyspark.sql.connect"
"""GX tries to import it wherever pyspark is; in an interpreter without a main file that ends the process (exit 0)."""


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Whoever imports `module` inside finds it missing, unless it is there already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


@cache
def load() -> SimpleNamespace:
    """Import Great Expectations (seconds, once) and define the DuckDB classes: `gx`, the expectation `rule`."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GX says to itself while it is imported concerns nobody here
        os.environ["GX_ANALYTICS_ENABLED"] = "false"  # noqa: TID251  # GX reads it at import, and only from there
        with _without(_REMOTE_SPARK):
            import great_expectations as gx

        from quality.checkpoint.expectations import ExpectRuleToHold

        return SimpleNamespace(gx=gx, rule=ExpectRuleToHold, datasource=_define_datasource())


def checkpoint(scan: Scan, suite: Any) -> Any:
    """Run `suite` as a real GX checkpoint over the relation of `scan`; returns its CheckpointResult.

    The relation must exist on scan.connection. Rules that raise come back as results with exception_info.
    """
    gx = load().gx
    with _ONE_AT_A_TIME:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        source = context.data_sources.add_hub_duckdb("hub", connection_string="duckdb://", kwargs=_shared(scan))
        batch = source.add_table_asset(ROWS, table_name=ROWS).add_batch_definition_whole_table("delivery")
        source.get_execution_engine().scan = scan
        added = context.suites.add(suite)
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=added.name, data=batch, suite=added)
        )
        point = gx.Checkpoint(name=added.name, validation_definitions=[definition], result_format="BASIC")
        return context.checkpoints.add(point).run()


def _shared(scan: Scan) -> dict[str, Any]:
    """Arguments for SQLAlchemy's create_engine that hand out our own connection, and only that."""
    from sqlalchemy.pool import StaticPool

    held = _held(scan.connection)
    return {"creator": lambda: held, "poolclass": StaticPool}


def _held(connection: Any) -> Any:
    """The hub's connection in the shape duckdb_engine expects. GX neither closes it nor opens transactions on it:

    a rule that raises inside a transaction would make every later statement fail.
    """
    from duckdb_engine import ConnectionWrapper

    class Held(ConnectionWrapper):
        def begin(self) -> None: ...
        def commit(self) -> None: ...
        def rollback(self) -> None: ...
        def close(self) -> None: ...

    return Held(connection)


def _define_datasource() -> Any:
    """Define the classes; defining the datasource registers it with GX as context.data_sources.add_hub_duckdb."""
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine

    class HubDuckDBExecutionEngine(SqlAlchemyExecutionEngine):
        """Keeps the one connection it was given; `scan` is what the shared metric runs."""

        scan: Scan

        @contextmanager
        def get_connection(self) -> Iterator[Any]:
            if self._connection is None:
                self._connection = self.engine.connect()
            yield self._connection

    class HubDuckDBDatasource(SQLDatasource):
        """A DuckDB connection of the hub as a GX datasource."""

        type: Literal["hub_duckdb"] = "hub_duckdb"  # type: ignore[assignment]

        @property
        def execution_engine_type(self) -> Any:
            return HubDuckDBExecutionEngine

    return HubDuckDBDatasource
