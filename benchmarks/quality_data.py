"""The delivery that quality is measured on: 20 items, 25 rules, dirt of every kind, made by SQL from row numbers.

The same rows for the same size on every machine. Staged as standardising leaves a batch: `_row`, `_batch`, `_notes`,
`_bad` and the items.
"""

from pathlib import Path

from catalog.contracts import Contract, Item, RowRule
from catalog.settings import Settings
from lake.engines.duckdb import connect, literal
from lake.layout import Layout

DATASET = "bench_person"
_ITEMS = (
    ("person_no", "person_no", "string"),
    ("resident_id", "resident_id", "string"),
    ("name", "person_name", "string"),
    ("sex", "sex", "string"),
    ("ethnic", "ethnic", "string"),
    ("birth_date", "birth_date", "date"),
    ("relation", "family_relation", "string"),
    ("address", "address_text", "string"),
    ("division_code", "division_code", "string"),
    ("phone", "phone", "string"),
    ("status", "person_status", "string"),
    ("uscc", "uscc", "string"),
    ("pay_base", "pay_base", "decimal"),
    ("updated_at", "updated_at", "timestamp"),
    ("household_no", "household_no", "string"),
    ("school", "school_name", "string"),
    ("remark", "text", "string"),
    ("street", "text", "string"),
    ("building", "text", "string"),
    ("room", "text", "string"),
)
_REQUIRED = frozenset({"person_no", "resident_id", "name"})
CONTRACT = Contract(
    dataset=DATASET,
    version="1.0.0",
    title_zh="性能测试人口",
    title_en="People to measure on",
    agency="bureau",
    system="bench",
    mode="snapshot",
    locator="people",
    watermark=None,
    items=tuple(
        Item(name, name, name, element, kind, key=name == "person_no", required=name in _REQUIRED)
        for name, element, kind in _ITEMS
    ),
    row_rules=(
        RowRule("pay_out_of_range", "pay_base < 1000 OR pay_base > 60000", "warn", "0301", "缴费基数", "pay", ()),
    ),
)

_ROWS = """
SELECT i AS _row, '{batch}' AS _batch, []::VARCHAR[] AS _notes,
    CASE WHEN i % 331 = 0 THEN ['birth_date'] WHEN i % 337 = 0 THEN ['pay_base'] ELSE []::VARCHAR[] END AS _bad,
    CASE WHEN i % 1009 = 0 THEN NULL WHEN i % 997 = 0 THEN format('P{{:09d}}', i - 1) ELSE format('P{{:09d}}', i) END
        AS person_no,
    CASE WHEN i % 701 = 0 THEN NULL
         WHEN i % 97 = 0 THEN concat(body, CASE mod_11_2(body::BIGINT) WHEN '0' THEN '1' ELSE '0' END)
         ELSE concat(body, mod_11_2(body::BIGINT)) END AS resident_id,
    CASE WHEN i % 503 = 0 THEN NULL ELSE concat('王', chr((19968 + i % 5000)::INTEGER)) END AS name,
    CASE WHEN i % 211 = 0 THEN '3' WHEN i % 199 = 0 THEN substr('21', (1 + (sequence % 2 = 0)::INTEGER)::INTEGER, 1)
         ELSE substr('12', (1 + (sequence % 2 = 0)::INTEGER)::INTEGER, 1) END AS sex,
    CASE WHEN i % 401 = 0 THEN '88' ELSE format('{{:02d}}', 1 + i % 56) END AS ethnic,
    CASE WHEN i % 331 = 0 THEN NULL WHEN i % 193 = 0 THEN day + 400 WHEN i % 409 = 0 THEN DATE '1900-01-01'
         WHEN i % 499 = 0 THEN DATE '2090-01-01' ELSE day END AS birth_date,
    CASE WHEN i % 307 = 0 THEN 'ZZ' ELSE '02' END AS relation,
    CASE WHEN i % 419 = 0 THEN '村' ELSE concat('山东省莱州市文昌路街道', i % 900, '号', i % 60, '室') END AS address,
    CASE WHEN i % 241 = 0 THEN '379999' ELSE '370683' END AS division_code,
    CASE WHEN i % 251 = 0 THEN NULL WHEN i % 127 = 0 THEN '1380000' ELSE format('138{{:08d}}', i % 100000000)
        END AS phone,
    CASE WHEN i % 313 = 0 THEN '9x' ELSE '1' END AS status,
    CASE WHEN i % 3 > 0 THEN NULL WHEN i % 89 = 0 THEN concat(licence, 'I') ELSE concat(licence, uscc_check(licence))
        END AS uscc,
    CASE WHEN i % 337 = 0 THEN NULL WHEN i % 509 = 0 THEN (i % 40)::DOUBLE ELSE (1000 + i % 50000)::DOUBLE END
        AS pay_base,
    TIMESTAMP '2026-01-01' + to_seconds((i % 20000000)::INTEGER) AS updated_at,
    CASE WHEN i % 513 = 0 THEN '' ELSE format('H{{:08d}}', i // 3) END AS household_no,
    concat('第', i % 70, '中学') AS school, repeat('备注', (i % 9)::INTEGER) AS remark,
    concat('文昌路', i % 300) AS street, (i % 90)::VARCHAR AS building, (i % 999)::VARCHAR AS room
FROM (SELECT *, concat(format('37{{:04d}}', j // 32000 % 10000), strftime(day, '%Y%m%d'), format('{{:03d}}', sequence))
                AS body,
             concat('91370683', code8, org_check(code8)) AS licence
      FROM (SELECT i, j, (DATE '1930-01-01' + (j * 7919 % 32000)::INTEGER) AS day, j * 31 % 1000 AS sequence,
                   format('{{:08d}}', i % 100000000) AS code8
            FROM (SELECT i, CASE WHEN i % 811 = 0 THEN i - 1 ELSE i END AS j FROM range(1, {rows} + 1) AS t(i))))
"""


def stage(settings: Settings, rows: int) -> str:
    """Stage a batch of `rows` rows, unless it is there; returns its id."""
    batch_id = f"{DATASET}-{rows}-0123abcd"
    path = Path(Layout(settings.lake_url).staging(DATASET, batch_id))
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with connect(settings) as connection:
            made = _ROWS.format(batch=batch_id, rows=rows)
            connection.execute(f"COPY ({made}) TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)")
        part.replace(path)
    return batch_id
