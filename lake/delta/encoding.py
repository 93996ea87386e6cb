"""How columns are put into Parquet: with a dictionary of their values where it makes them smaller, plainly elsewhere.

A dictionary of values that hardly repeat is work for nothing, and compresses worse than the values do. Columns that
come as dictionaries are written as such, so nobody spells out and looks up again what is already numbered.
"""

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NUMBERED = pa.dictionary(pa.int32(), pa.string())
"""A text column as a dictionary: the form in which it is read (stored.py) and may be written."""
JUDGED_BY = 40_960  # rows; a file of fewer is too small for it to matter
RARE, FREQUENT = 0.02, 0.5  # share of distinct values: below, a dictionary always pays; above, never
AT_ONCE = 8192
"""Values the encoder takes at a time. It finds minimum and maximum of each such lot: with the usual 1024 a tenth of all
writing went there."""
GAIN = 0.95  # what a dictionary must save at least: writing it takes longer


def parquet_writer(sink: Any, schema: pa.Schema, dictionary: bool | list[str]) -> pq.ParquetWriter:
    """A writer as every file of the lake has it. dictionary: the columns with one."""
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=1,
        store_schema=False,
        use_dictionary=dictionary,
        write_batch_size=AT_ONCE,
    )


def dictionary_columns(sample: pa.Table) -> bool | list[str]:
    """The columns to write with a dictionary, judged by the first rows of a file; True: all of them."""
    if sample.num_rows < JUDGED_BY or any(pa.types.is_nested(field.type) for field in sample.schema):
        return True
    return [name for name in sample.column_names if _pays(sample.select([name]).slice(0, JUDGED_BY))]


def _pays(column: pa.Table) -> bool:
    kind = column.schema.types[0]
    if pa.types.is_boolean(kind) or kind == NUMBERED:
        return True
    share = pc.count_distinct(column[0]).as_py() / column.num_rows
    return share < RARE or (share < FREQUENT and _size(column, True) < GAIN * _size(column, False))


def _size(column: pa.Table, dictionary: bool) -> int:
    with io.BytesIO() as sink:
        with parquet_writer(sink, column.schema, dictionary) as writer:
            writer.write_table(column)
        return sink.tell()


def as_stored(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` with the types of `schema`, but text that came as a dictionary stays one.

    Raises pyarrow.ArrowInvalid for a value its type cannot hold.
    """
    columns = [
        _without_leftovers(column) if column.type == NUMBERED and field.type == pa.string() else column.cast(field.type)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    fields = [field.with_type(column.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _without_leftovers(column: pa.ChunkedArray) -> pa.Array:
    """The same with one dictionary, of the values that stand in rows and no others: all of it comes to be stored."""
    whole = column.combine_chunks()
    known = whole.dictionary
    stands = np.zeros(len(known), bool)
    stands[whole.indices.drop_null().to_numpy()] = True
    if stands.all() and not known.null_count and len(known.unique()) == len(known):
        return whole
    return whole.cast(pa.string()).dictionary_encode()
