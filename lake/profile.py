"""What a delivery looks like, column by column, without a value of it: shapes, lengths, and what it is likely to be.

The delivery is read once into a temporary file. Counts and lengths are of all rows, shapes and likely meaning of a
sample spread over them; different values are counted exactly but in the longest deliveries. A draft contract is made
from this in catalog/contract_draft.py.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import SourceUnreadable
from catalog.settings import Settings
from catalog.standards.elements import element
from lake.detectors import Detector, detectors
from lake.engines.duckdb import connect, literal, quote

SHAPES = 3
EXACT_ROWS = 1_000_000  # up to here different values are counted, 0.1 s a column; above, HyperLogLog estimates them
LIKELY_KEY = 0.5  # estimates were seen 28 % off (1,000 values told as 717): above this share a key is still possible
GROUP = 12  # columns looked at together: more at a time only costs memory
SAMPLE = 20_000  # rows, spread over the delivery, whose shapes and patterns are looked at
FACTS = "count({c}), approx_count_distinct({c}), min(length({c})), max(length({c}))"


@dataclass(frozen=True)
class Column:
    """One delivered column.

    shapes: the most frequent, digits as 9, letters as A, Chinese as 字; share: of the filled
    values, what speaks for `element`, rounded down; exact: whether `distinct` was counted, not estimated.
    """

    name: str
    type: str
    rows: int
    filled: int
    distinct: int
    shortest: int | None
    longest: int | None
    shapes: tuple[str, ...]
    element: str
    share: float
    grade: str
    personal: str
    key: bool
    exact: bool = True

    @property
    def nulls(self) -> int:
        """Rows without a value: NULL or an empty text."""
        return self.rows - self.filled


def profile(settings: Settings, reader: pa.RecordBatchReader) -> list[Column]:
    """Every column of a delivery, in its order. Raises the HubError of the source when the delivery breaks off."""
    with tempfile.TemporaryDirectory(prefix="shuniu-profile-") as folder:
        file = Path(folder) / "delivered.parquet"
        with pq.ParquetWriter(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
        if not reader.schema.names:
            raise SourceUnreadable(
                "交付中没有认出任何一列，也没有一行可读。请核对格式、编码和读取选项，或请部门重新导出。",
                "No column and no line of the delivery could be read. Check its format, encoding and options, or"
                " ask the department to export it again.",
                code="no_columns",
            )
        with connect(settings) as connection:
            return _columns(connection, f"read_parquet({literal(str(file))}, file_row_number = true)", reader.schema)


@dataclass(frozen=True)
class Glance:
    """One column of a delivery's first rows: the lengths and the most frequent shape a profile would tell of them."""

    column: str
    kind: str
    filled: int
    rows: int
    shortest: int | None
    longest: int | None
    shape: str


def glance(settings: Settings, delivered: pa.Table) -> list[Glance]:
    """Every column of the first rows of a delivery, in its order, by the measures of `profile`."""
    with connect(settings) as connection:
        connection.register("delivered", delivered)
        texts = [field for field in delivered.schema if not pa.types.is_binary(field.type)]
        asked = f"count({{c}}), min(length({{c}})), max(length({{c}})), approx_top_k({shape_sql('{c}')}, {SHAPES})"
        found = {
            field.name: told
            for start in range(0, len(texts), GROUP)
            for field, told in zip(
                texts[start : start + GROUP],
                _asked(connection, "delivered", texts[start : start + GROUP], asked, ""),
                strict=True,
            )
        }
    return [
        Glance(field.name, str(field.type), filled, delivered.num_rows, shortest, longest, (shapes or ("",))[0])
        for field, column in zip(delivered.schema, delivered.columns, strict=True)
        for filled, shortest, longest, shapes in (
            found.get(field.name, (len(column) - column.null_count, None, None, ())),
        )
    ]


def _columns(connection: duckdb.DuckDBPyConnection, relation: str, schema: pa.Schema) -> list[Column]:
    asked = detectors()
    _teach(connection, asked)
    rows = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    found: dict[str, Column] = {}
    texts = [field for field in schema if not pa.types.is_binary(field.type)]
    for start in range(0, len(texts), GROUP):
        group = texts[start : start + GROUP]
        facts = _asked(connection, relation, group, FACTS, "")
        # What a column is, a sample tells as surely as all rows; patterns cost a hundred times what counting does.
        sampled = f" WHERE file_row_number % {max(1, rows // SAMPLE)} = 0"
        likely = _asked(connection, relation, group, _likely(asked), sampled)
        for field, counts, hits in zip(group, facts, likely, strict=True):
            found[field.name] = _column(field, rows, counts, hits, asked)
    shapes = {field.name: _geometry(field, connection, relation) for field in schema if field.name not in found}
    return [_counted(connection, relation, (found | shapes)[name]) for name in schema.names]


def _asked(
    connection: duckdb.DuckDBPyConnection, relation: str, group: Sequence[pa.Field], measures: str, where: str
) -> list[Sequence[Any]]:
    """For each column of `group`, the answers to `measures`, SQL in which {c} stands for the column."""
    plain = ", ".join(f"plain({quote(field.name)}::VARCHAR) AS c{place}" for place, field in enumerate(group))
    measured = ", ".join(measures.replace("{c}", f"c{place}") for place in range(len(group)))
    row = connection.execute(f"SELECT {measured} FROM (SELECT {plain} FROM {relation}{where})").fetchall()[0]
    width = len(row) // len(group)
    return [row[place * width : (place + 1) * width] for place in range(len(group))]


def _likely(asked: Sequence[Detector]) -> str:
    hits = ", ".join(f"count(*) FILTER (WHERE {{c}} IS NOT NULL AND likely_{one.element}({{c}}))" for one in asked)
    return f"count({{c}}), approx_top_k({shape_sql('{c}')}, {SHAPES}), {hits}"


def _teach(connection: duckdb.DuckDBPyConnection, asked: Sequence[Detector]) -> None:
    for one in asked:
        connection.execute(f"CREATE TEMP MACRO likely_{one.element}(x) AS coalesce({one.condition}, false)")


def shape_sql(column: str) -> str:
    """SQL: what a text looks like without what it says; at most its first 40 characters."""
    # Plain replacing of single characters is ten times as fast as a pattern, and most texts need nothing else.
    ascii_told = f"translate(left({column}, 40), '{ascii_letters}{digits}', '{'A' * 52}{'9' * 10}')"
    told = r"regexp_replace(regexp_replace(s, '[^\P{L}\p{Han}]', 'A', 'g'), '\p{Nd}', '9', 'g')"
    rest = rf"CASE WHEN regexp_matches(s, '^[ -~]*$') THEN s ELSE regexp_replace({told}, '\p{{Han}}', '字', 'g') END"
    return f"list_transform([{ascii_told}], lambda s: {rest})[1]"


def _column(
    field: pa.Field, rows: int, counts: Sequence[Any], hits: Sequence[Any], asked: Sequence[Detector]
) -> Column:
    filled, distinct, shortest, longest = counts
    sampled, shapes, *fitting = hits
    name, share = "text", 0.0
    for detector, fits in zip(asked, fitting, strict=True):
        if sampled and fits / sampled >= detector.share:
            name, share = detector.element, fits * 10_000 // sampled / 10_000  # 199 of 200 are not all of them
            break
    known = element(name)
    return Column(
        name=field.name,
        type=str(field.type),
        rows=rows,
        filled=filled,
        distinct=min(distinct, filled),
        shortest=shortest,
        longest=longest,
        shapes=tuple(shapes or ()),
        element=name,
        share=share,
        grade=known.grade,
        personal=known.personal,
        key=known.family in ("identifier", "code", "text") or name == "integer",
    )


def _geometry(field: pa.Field, connection: duckdb.DuckDBPyConnection, relation: str) -> Column:
    rows, filled = connection.execute(f"SELECT count(*), count({quote(field.name)}) FROM {relation}").fetchall()[0]
    known = element("geometry")
    return Column(
        field.name,
        str(field.type),
        rows,
        filled,
        filled,
        None,
        None,
        (),
        "geometry",
        1.0,
        known.grade,
        known.personal,
        key=False,
    )


def _counted(connection: duckdb.DuckDBPyConnection, relation: str, column: Column) -> Column:
    """The column with `distinct` counted where that is cheap or a key, and `key` settled: no gap, no value twice."""
    if column.element == "geometry":
        return replace(column, exact=False)
    likely = column.key and column.filled == column.rows > 0
    if column.rows > EXACT_ROWS and not (likely and column.distinct >= LIKELY_KEY * column.rows):
        return replace(column, key=False, exact=False)
    query = f"SELECT count(DISTINCT plain({quote(column.name)}::VARCHAR)) FROM {relation}"
    distinct = connection.execute(query).fetchall()[0][0]
    return replace(column, distinct=distinct, key=likely and distinct == column.rows)
