"""How long a department's database may take: what runs then is stopped, and a line on which nothing comes is cut.

DuckDB stops between two pieces of work. A server that keeps the line open and says nothing holds it inside one, where
no signal arrives either: Airflow's limit of a task would wait with it, and two such departments would have both
workers. So the line itself is shut, and what waits on it fails as if the server had.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Timer

import duckdb

from lake.sources.databases.lines import Lines

STATEMENT_SECONDS = 1800
GRACE_SECONDS, CUTS = 10, 6
"""From being stopped until the line is cut: whoever can stop has done so by then. Again, for who connects again."""


def limit(connection: duckdb.DuckDBPyConnection, seconds: float, lines: Lines | None) -> Callable[[], None]:
    """Stop whatever runs on `connection` after `seconds`; call what is returned once it is done with.

    lines: those that the connection opens; None for a file. A server that knows such a limit is told it as well
    (postgresql.py); this one holds for those that do not, and for one that says nothing any more.
    """

    def stop() -> None:
        with suppress(duckdb.Error):  # closed a moment ago
            connection.interrupt()
        if lines is None:
            return
        for _ in range(CUTS):
            # cancel() sets `finished`; a Timer that ran out sets it only after this.
            if watch.finished.wait(GRACE_SECONDS):
                return
            lines.cut(GRACE_SECONDS * 0.9)

    watch = Timer(seconds, stop)
    watch.daemon = True
    watch.start()
    return watch.cancel
