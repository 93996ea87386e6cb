"""Rows fused anew come to stand among those taken over exactly where fusing everything would have put them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.settings import Settings
from lake import tables
from lake.bases.changes import TakenOver, put_among
from lake.delta import files

SCHEMA = pa.schema([("id", pa.string()), ("field", pa.string()), ("value", pa.int64())])
FIELDS = ("name", "sex", None)
ids = st.dictionaries(st.integers(0, 300).map("r{:03x}".format), st.integers(1, 5), max_size=150)


def rows(entities: dict[str, int], of: int) -> pa.Table:
    listed = [
        {"id": one, "field": FIELDS[at % 3], "value": of + at}
        for one in sorted(entities)
        for at in range(entities[one])
    ]
    return pa.Table.from_pylist(listed, schema=SCHEMA)


@settings(max_examples=60, deadline=None)
@given(
    was=ids,
    becomes=ids,
    gone=st.sets(st.integers(0, 300).map("r{:03x}".format)),
    group=st.integers(3, 200),
    size=st.sampled_from([500, 1_500, 10**8]),
)
def test_rows_fused_anew_stand_in_the_order_of_ids(
    was: dict[str, int], becomes: dict[str, int], gone: set[str], group: int, size: int
) -> None:
    touched = gone | set(becomes)
    with TemporaryDirectory() as folder:
        given, uri = Settings(home=Path(folder)), f"{folder}/table"
        usual = files.ROW_GROUP_ROWS, files.TARGET_BYTES
        files.ROW_GROUP_ROWS, files.TARGET_BYTES = group, size
        try:
            tables.write(uri, rows(was, 0), run_id="was", settings=given)
            fresh = rows(becomes, 1_000)
            kept = TakenOver({"table": 0}, pa.array(list(touched), pa.string()))
            tables.write(uri, put_among(uri, "table", fresh.to_reader(), kept, given), run_id="now", settings=given)
        finally:
            files.ROW_GROUP_ROWS, files.TARGET_BYTES = usual
        stayed = rows({one: count for one, count in was.items() if one not in touched}, 0)
        wanted = pa.concat_tables([stayed, fresh]).to_pylist()
        assert tables.read(uri, settings=given).to_pylist() == sorted(wanted, key=lambda row: (row["id"], row["value"]))
