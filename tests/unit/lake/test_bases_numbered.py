"""A record's id follows from its dataset, its key, and which of the rows with that key it is: by batch, then by row."""

from hashlib import sha256

import pyarrow as pa
import pytest

from lake.bases import base
from lake.engines.duckdb import connect

ROWS = [  # dataset, batch, row, key
    ("one", "b1", 1, "k"), ("one", "b1", 2, "k"), ("one", "b2", 1, "k"), ("one", "b2", 2, "m"), ("one", "b1", 3, "m"),
    ("two", "b1", 1, "k"), ("two", "b1", 2, "n"), ("two", "b2", 1, "n"), ("two", "b2", 3, None), ("two", "b1", 3, None),
]  # fmt: skip

TEXTS = (
    *("agency", "resident_id", "name", "sex", "ethnic", "address", "division_code", "phone"),
    *("household_no", "relation", "status", "uscc", "org_code", "reg_no", "former_name"),
    *("org_type", "legal_representative", "legal_representative_id", "industry", "tax_status", "credit_grade"),
)


@pytest.mark.parametrize(
    ("name", "step", "observed"),
    [
        ("population", "person_numbered", "person_observation"),
        ("legal_person", "organisation_keyed", "organisation_observation"),
    ],
)
def test_rows_of_one_key_are_counted_through_within_their_dataset_whatever_batch_and_row_others_have(
    name: str, step: str, observed: str
) -> None:
    model, expected = base(name), {}
    for dataset, batch, row, key in ROWS:
        turn = 1 + sum(one[0] == dataset and one[3] == key and one[1:3] < (batch, row) for one in ROWS)
        text = f"salt{dataset}|{key or ''}|{turn}"
        expected[dataset, batch, row] = "R" + sha256(text.encode()).hexdigest()[:24]
    columns = dict(zip(("dataset", "batch", "row_no", "source_key"), map(list, zip(*ROWS, strict=True)), strict=True))
    with connect() as connection:
        sql = model.sql(step)
        nothing = {one: pa.nulls(len(ROWS), pa.string()) for one in TEXTS}
        dates = {one: pa.nulls(len(ROWS), pa.date32()) for one in ("birth_date", "death_date", "established_on")}
        more = {
            "stated_at": pa.nulls(len(ROWS), pa.timestamp("us", "UTC")),
            "capital": pa.nulls(len(ROWS), pa.float64()),
        }
        connection.register(observed, pa.table(columns | nothing | dates | more))
        connection.register("identity_secret", pa.table({"secret": ["salt"]}))
        connection.register("registration_map", pa.table({"reg_no": ["x"], "org_key": ["y"]}))
        found = connection.execute(f"SELECT dataset, batch, row_no, record_id FROM ({sql})").fetchall()
    assert len(found) == len(ROWS)
    assert {row[:3]: row[3] for row in found} == expected
