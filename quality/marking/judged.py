"""The relation that is judged: a view over one staged batch, or over one version of a built table.

In it every moment is wall-clock time of China without a zone, as departments write it and rules compare it; on the way
out, outgoing() gives it its zone again. Rows, rules and where results go are other modules' concern.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.contracts import Contract
from catalog.errors import ContractBroken, NotFound
from catalog.settings import Settings
from catalog.working_days import COUNTY_HOURS
from lake.layout import Layout, is_remote
from quality.marking.scan import ROWS
from quality.rules.rule import literal, quoted

MEMORY_SHARE = 0.4
"""Of the memory one engine connection may use: Great Expectations and the writer of tables need the rest beside it."""

_LEAST_MIB = 512
_OWN_COLUMNS = ("_row", "_batch", "_notes", "_bad")
_ZONED = "TIMESTAMP WITH TIME ZONE"
_AHEAD = f"INTERVAL {COUNTY_HOURS} HOUR"  # without summer time since 1991; no ICU needed


def leave_room(connection: Any) -> None:
    """Let `connection` use a part of its memory only, and its temporary folder beyond. Call before confine().

    A hub that was given less than half a GiB keeps what it has.
    """
    (found,) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    number, unit = str(found[0]).split()
    if unit in ("bytes", "KiB") or (unit == "MiB" and float(number) < _LEAST_MIB):
        return
    connection.execute(f"SET memory_limit = {literal(f'{float(number) * MEMORY_SHARE:.1f} {unit}')}")


def view_batch(connection: Any, settings: Settings, contract: Contract, batch_id: str) -> None:
    """Make the view over the staged file of `batch_id`.

    Raises NotFound when the batch is not staged, ContractBroken when a column is missing that the contract promises.
    """
    path = Layout(settings.lake_url).staging(contract.dataset, batch_id)
    if not is_remote(path) and not Path(path).is_file():
        raise NotFound(
            f"批次 {batch_id} 尚未标准化，无法评判。请先运行标准化。",
            f"Batch {batch_id} is not staged, so it cannot be judged. Standardise it first.",
            code="batch_not_staged",
            batch=batch_id,
        )
    present = _make_view(connection, f"read_parquet({literal(path)})")
    missing = [name for name in (*_OWN_COLUMNS, *(item.name for item in contract.items)) if name not in present]
    if missing:
        raise ContractBroken(
            f"批次 {batch_id} 缺少契约约定的列：{'、'.join(missing)}。",
            f"Batch {batch_id} lacks columns its contract promises: {', '.join(missing)}.",
            code="column_missing",
            batch=batch_id,
            items=missing,
        )


def changes(connection: Any) -> dict[str, int]:
    """Rows of the relation judged per 'item:what' that standardising changed in them, by name."""
    noted = f"SELECT unnest(_notes) AS note FROM {ROWS} WHERE len(_notes) > 0"
    return dict(connection.execute(f"SELECT note, count(*) FROM ({noted}) GROUP BY note ORDER BY note").fetchall())


def view_table(connection: Any, relation: str) -> None:
    """Make the view over a built table: its columns, numbered rows, and empty `_notes` and `_bad` where it has none."""
    present = _make_view(connection, relation)
    extra = ["row_number() OVER () AS _row"] if "_row" not in present else []
    extra += [f"[]::VARCHAR[] AS {quoted(name)}" for name in ("_notes", "_bad") if name not in present]
    if extra:
        connection.execute(f"CREATE OR REPLACE VIEW {ROWS}_extra AS SELECT *, {', '.join(extra)} FROM {relation}")
        _make_view(connection, f"{ROWS}_extra")


def view_settled(connection: Any, name: str, relation: str, *, placed: bool = True) -> None:
    """Make a view `name` over the standard table of a dataset, for rules between datasets.

    `_row` becomes `<batch>:<row>`: rows of a table come from many batches, and a finding must say from which. placed:
    whether the table has rows of batches at all; a built one has none.
    """
    rows = f"(SELECT * REPLACE (_batch || ':' || _row AS _row) FROM {relation})" if placed else relation
    _make_view(connection, rows, name)


def outgoing(connection: Any, names: Sequence[str], alias: str) -> str:
    """The columns `names` of the view as they are stored (moments with their zone), each preceded by a comma."""
    kinds = _columns(connection, ROWS)
    return "".join(f", {_stored(f'{alias}.{quoted(name)}', kinds[name])} AS {quoted(name)}" for name in names)


def _stored(column: str, kind: str) -> str:
    return f"({column} - {_AHEAD})::TIMESTAMPTZ" if kind.startswith("TIMESTAMP") else column


def _make_view(connection: Any, relation: str, name: str = ROWS) -> dict[str, str]:
    present = _columns(connection, relation)
    zoned = [name for name, kind in present.items() if kind == _ZONED]
    local = ", ".join(f"({quoted(name)}::TIMESTAMP + {_AHEAD}) AS {quoted(name)}" for name in zoned)
    replaced = f" REPLACE ({local})" if zoned else ""
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT *{replaced} FROM {relation}")
    return present


def _columns(connection: Any, relation: str) -> dict[str, str]:
    """Name and type of each column of a relation."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {name: kind for name, kind, *_ in described}
