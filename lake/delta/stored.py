"""Read the files of a table as they are stored: row group by row group, text of few values still as dictionaries.

For whoever hands most rows on to be written again; whoever asks for anything else has DuckDB read (relation.py).
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem

from catalog.settings import Settings
from lake.delta.encoding import NUMBERED
from lake.delta.relation import Part
from lake.storage import answering, filesystem

BYTES_A_TEXT = 1.0
"""What a text takes at most, before compression, where few values (or hardly any) stand: a place in a dictionary."""


def stored(uri: str, parts: Sequence[Part], schema: pa.Schema, settings: Settings | None) -> pa.RecordBatchReader:
    """The rows of `parts`, files of the table at `uri` without partitions, in their order.

    schema: the columns, with the types they are stored with; text of few values comes as a dictionary. One batch for
    every row group.
    """
    store, root = filesystem(uri, settings)
    places = [f"{root}/{part.path}" for part in parts]
    few: set[str] = set()
    if places:
        with answering(uri), store.open_input_file(places[0]) as source:
            few = _of_few_values(pq.read_metadata(source))
    fields = [
        field.with_type(NUMBERED) if field.type == pa.string() and field.name in few else field for field in schema
    ]
    read = pa.schema(fields)
    return pa.RecordBatchReader.from_batches(read, _batches(uri, store, places, read))


def _batches(uri: str, store: FileSystem, places: Sequence[str], read: pa.Schema) -> Iterator[pa.RecordBatch]:
    few = [field.name for field in read if field.type == NUMBERED]
    for place in places:
        with answering(uri), store.open_input_file(place) as source:
            file = pq.ParquetFile(source, read_dictionary=few)
            for group in range(file.num_row_groups):
                # In one thread: what is read is written at the same time by another.
                table = file.read_row_group(group, columns=read.names, use_threads=False)
                yield from table.select(read.names).cast(read).combine_chunks().to_batches()


def _of_few_values(metadata: pq.FileMetaData) -> set[str]:
    """The columns of which the first row group says that they have few values."""
    if not metadata.num_row_groups:
        return set()
    group = metadata.row_group(0)
    chunks = [group.column(place) for place in range(group.num_columns)]
    return {one.path_in_schema for one in chunks if one.total_uncompressed_size <= BYTES_A_TEXT * one.num_values}
