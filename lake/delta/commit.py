"""Make written files part of a Delta table: one commit, whole or not at all, once per run.

Guards what deltalake leaves open (see docs/adr): a commit from a stale view is refused, a run that has committed
before commits nothing, and files of another shape than the table are refused before, not found out after.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, PostCommitHookProperties, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction, Transaction, create_table_with_add_actions

from catalog.errors import Conflict
from catalog.settings import Settings
from lake.delta.files import DataFile, time_ms
from lake.storage import answering, delta_options

RUN_VERSION = 1  # a run commits to a table once, so its transaction number is always the same
APPEND_ATTEMPTS = 5
CHECKPOINT_EVERY = 20
_NOTHING_MORE = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
"""By itself deltalake looks through the whole log for expired commits after each one; here checkpoints do."""


@dataclass(frozen=True)
class Change:
    """What one commit does. `partition`: values all its files share, kept in the log. `removed`: paths it replaces.

    `facts`: short texts kept in the commit for people and for healing after a crash; never a data value.
    """

    mode: str
    run_id: str
    schema: pa.Schema
    added: Sequence[DataFile]
    removed: Sequence[str] = ()
    partition: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


def open_table(uri: str, settings: Settings | None = None, version: int | None = None) -> DeltaTable | None:
    """The table at `uri` (as of `version`), or None when there is no such table or version."""
    options = delta_options(uri, settings)
    try:
        with answering(uri):
            return DeltaTable(uri, version=version, storage_options=options)
    except TableNotFoundError:
        return None
    except DeltaError:
        # A version that is not there has no error of its own: it is one when the newest version opens.
        if version is None:
            raise
        DeltaTable(uri, storage_options=options)
        return None


def has_run(table: DeltaTable, run_id: str) -> bool:
    """Whether the run has committed to this table before."""
    return table.transaction_version(run_id) is not None


def arrow_schema(table: DeltaTable) -> pa.Schema:
    """The table's columns as Arrow types."""
    return pa.schema(table.schema().to_arrow())


def commit(uri: str, table: DeltaTable | None, change: Change, settings: Settings | None = None) -> int:
    """Commit `change` on top of `table` (None: make it) and return the new version.

    Appends go beside other appends; everything else is a compare-and-swap on the version of `table`. Raises Conflict
    when somebody else was first, or when a column would change its type: then, and only then, it is sure that
    nothing was committed, and the files may be removed.
    """
    commit_blind(uri, table, change, settings)
    committed = open_table(uri, settings) if table is None else table
    assert committed is not None
    if table is not None:
        committed.update_incremental()
    return int(committed.version())


def commit_blind(uri: str, table: DeltaTable | None, change: Change, settings: Settings | None = None) -> None:
    """The same for callers that need not know the version: finding it out costs a small commit a third more."""
    try:
        with answering(uri):
            _commit(uri, table, change, settings)
    except DeltaError as error:
        # Also "table exists already" on a race of two first writers.
        if isinstance(error, CommitFailedError) or "already exists" in str(error):
            raise _changed_meanwhile() from error
        raise
    # Counted from what was seen: two who append at once may pass a checkpoint by, and the next one makes up for it.
    if table is not None and (int(table.version()) + 1) % CHECKPOINT_EVERY == 0:
        # Else opening the table would read every commit there was. The commit stands, whatever becomes of this.
        with suppress(DeltaError, OSError):
            table.update_incremental()
            table.create_checkpoint()
            table.cleanup_metadata()


def _commit(uri: str, table: DeltaTable | None, change: Change, settings: Settings | None) -> None:
    if table is None:
        _create(uri, change, settings)
    elif change.mode == "append" and not change.removed:
        _append(table, change)
    else:
        _replace(table, change)


def _create(uri: str, change: Change, settings: Settings | None) -> None:
    create_table_with_add_actions(
        uri,
        Schema.from_arrow(_with_partition(change)),
        _adds(change),
        mode="error",
        partition_by=list(change.partition) or None,
        storage_options=delta_options(uri, settings),
        commit_properties=_properties(change, retries=0),
    )


def _append(table: DeltaTable, change: Change) -> None:
    _widen(table, _with_partition(change))
    table.create_write_transaction(
        [*_adds(change)],
        "append",
        table.schema(),
        partition_by=list(change.partition) or None,
        commit_properties=_properties(change, retries=APPEND_ATTEMPTS),
        post_commithook_properties=_NOTHING_MORE,
    )


def _replace(table: DeltaTable, change: Change) -> None:
    # With retries deltalake would commit over the other writer's rows and keep both.
    removals = [RemoveAction(path, data_change=True, deletion_timestamp=time_ms()) for path in change.removed]
    schema = table.schema() if removals else Schema.from_arrow(_with_partition(change))
    table.create_write_transaction(
        [*removals, *_adds(change)],
        "append" if removals else change.mode,
        schema,
        partition_by=list(change.partition) or None,
        commit_properties=_properties(change, retries=0),
        post_commithook_properties=_NOTHING_MORE,
    )


def _widen(table: DeltaTable, schema: pa.Schema) -> None:
    """Add the columns the table lacks (old rows read NULL there). A crash after this leaves an empty column."""
    known = {item.name: item.type for item in arrow_schema(table)}
    retyped = [item.name for item in schema if known.get(item.name, item.type) != item.type]
    if retyped:
        raise _retyped(retyped)
    missing = [item for item in Schema.from_arrow(schema).fields if item.name not in known]
    if missing:
        table.alter.add_columns([Field(item.name, item.type, nullable=True) for item in missing])
        table.update_incremental()


def _with_partition(change: Change) -> pa.Schema:
    schema = change.schema
    for name in change.partition:
        schema = schema.append(pa.field(name, pa.string()))
    return schema


def _adds(change: Change) -> list[AddAction]:
    partition = dict(change.partition)
    return [AddAction(file.path, file.size, partition, file.written_ms, True, file.statistics) for file in change.added]


def _properties(change: Change, *, retries: int) -> CommitProperties:
    return CommitProperties(
        custom_metadata={"run_id": change.run_id, **change.facts},
        app_transactions=[Transaction(change.run_id, RUN_VERSION)],
        max_commit_retries=retries,
    )


def _changed_meanwhile() -> Conflict:
    return Conflict(
        "另一个任务刚刚写过同一张表，本次写入没有生效。请重新运行。",
        "Another run has just written the same table; this write was not made. Run it again.",
        code="table_changed",
    )


def _retyped(names: list[str]) -> Conflict:
    listed = ", ".join(names)
    return Conflict(
        f"列 {listed} 的类型与表中不同，本次写入没有生效。请核对来源的字段类型。",
        f"The type of {listed} differs from the table's; this write was not made. Check the source's column types.",
        code="column_retyped",
        items=names,
    )
