"""Write a declared topic: SQL that somebody of the bureau wrote, confined to its inputs and limited in time."""

from collections.abc import Callable

import duckdb
import pyarrow as pa

from catalog.errors import InvalidInput
from catalog.settings import Settings
from lake.bases import declaring
from lake.bases.inputs import Pinned
from lake.bases.model import BaseModel
from lake.engines.duckdb import confine, connect, quote
from lake.engines.limits import TooSlow, limited

BATCH = 50_000


def write_topic(pinned: Pinned, settings: Settings, write: Callable[[pa.RecordBatchReader], None]) -> None:
    """Run the SQL of the pinned topic and hand its rows to `write`; it sees the inputs and no other file.

    Raises InvalidInput when the SQL fails, or takes longer than SHUNIU_TOPIC_SECONDS.
    """
    model = pinned.model
    extensions = ("spatial",) if model.spatial else ()
    with connect(settings, extensions=extensions) as connection:
        pinned.open(connection)
        read = [place for name, place in pinned.places.items() if pinned.versions[name] is not None]
        confine(connection, settings, only=read)
        declaring.check_reads(connection, model)
        rows = quote(f"{model.name}_rows")
        try:
            with limited(connection, settings.topic_seconds):
                connection.execute(f"CREATE TEMP TABLE {rows} AS {model.sql(model.steps[-1])}")
        except (duckdb.Error, TooSlow) as error:
            raise not_built(model, error) from None  # what the engine says of rows may hold their values
        write(connection.execute(f"SELECT * FROM {rows}").to_arrow_reader(BATCH))


def not_built(model: BaseModel, error: Exception) -> InvalidInput:
    """What to say of a topic whose SQL failed, or was too slow; nothing of what the engine says."""
    slow = isinstance(error, TooSlow)
    zh = "超过 SHUNIU_TOPIC_SECONDS 规定的时限" if slow else f"SQL 无法执行（{type(error).__name__}）"
    en = "it takes longer than SHUNIU_TOPIC_SECONDS" if slow else f"its SQL fails ({type(error).__name__})"
    return InvalidInput(
        f"主题库 {model.name} 未构建：{zh}。请修改 SQL 后重新登记。",
        f"Topic {model.name} is not built: {en}. Change its SQL and add it again.",
        code="topic_not_built",
        topic=model.name,
    )
