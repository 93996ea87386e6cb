"""Read rows of a pinned table version with projection, filter, order and limit pushed down into DuckDB.

Names are checked against the table and quoted; values only ever travel as parameters. Who may read what is not
decided here: the caller brings a filter that policy has compiled.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from catalog.errors import InvalidInput
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect, quote

__all__ = ["quote", "select", "select_sql"]


def select(
    settings: Settings,
    *,
    uri: str,
    version: int | None,
    columns: Sequence[str],
    where: str | None = None,
    params: Sequence[object] = (),
    order_by: Sequence[str] = (),
    limit: int | None = None,
    after: Sequence[object] | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """`columns` of the rows of `version` that meet `where`, in `order_by`, at most `limit`, those beyond `after`.

    where: SQL with `?` for `params`, compiled from checked names; after: the order_by values of the last row read
    before (keyset paging: no page costs more for lying further back). `connection` is used when given.
    Raises InvalidInput for a column the table does not have, NotFound for a table that is not there.
    """
    known = set(tables.schema(uri, version, settings=settings).names)
    if unknown := [name for name in (*columns, *order_by) if name not in known]:
        raise _unknown(unknown)
    text, bound = select_sql(
        tables.scan(uri, version, settings=settings),
        columns=columns,
        where=where,
        params=params,
        order_by=order_by,
        limit=limit,
        after=after,
    )
    if connection is not None:
        return connection.execute(text, bound).to_arrow_table()
    with connect(settings, functions=False) as opened:
        return opened.execute(text, bound).to_arrow_table()


def select_sql(
    source: str,
    *,
    columns: Sequence[str],
    where: str | None = None,
    params: Sequence[object] = (),
    order_by: Sequence[str] = (),
    limit: int | None = None,
    after: Sequence[object] | None = None,
) -> tuple[str, list[object]]:
    """The statement and its parameters; `source` is what tables.scan() gives. Raises InvalidInput without columns."""
    if not columns:
        raise InvalidInput("请至少选择一个数据项。", "Choose at least one item.", code="no_columns")
    if after is not None and len(after) != len(order_by):
        raise InvalidInput("翻页位置与排序不符。", "The page position does not fit the order.", code="page_position")
    conditions = [f"({where})"] if where else []
    bound = list(params)
    if after is not None:
        conditions.append(f"({_list(order_by)}) > ({', '.join('?' for _ in after)})")
        bound += after
    text = f"SELECT {_list(columns)} FROM {source} AS stored"
    if conditions:
        text += f" WHERE {' AND '.join(conditions)}"
    if order_by:
        text += f" ORDER BY {_list(order_by)}"
    if limit is not None:
        text += " LIMIT ?"
        bound.append(int(limit))
    return text, bound


def _list(names: Sequence[str]) -> str:
    return ", ".join(quote(name) for name in names)


def _unknown(names: Sequence[str]) -> InvalidInput:
    listed = ", ".join(names)
    return InvalidInput(
        f"没有数据项 {listed}。请核对名称。",
        f"There is no item {listed}. Check the name.",
        code="item_unknown",
        items=list(names),
    )
