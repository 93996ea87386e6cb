"""What loading is measured on: a table of persons in PostgreSQL, 20 columns, and the same rows as a GB18030 file.

Names hold characters that GB18030 writes in two and in four bytes; one row in four has a blank, one amount in five.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from catalog.contracts import Contract, Item
from catalog.errors import Unavailable
from catalog.systems import SystemSpec
from demo.services import postgresql
from demo.services.service import Service
from lake.engines.duckdb import connect, literal

NAME = (
    "substr('王李张刘陈杨黄赵吴周徐孙马朱胡', (1 + n * 31 % 15)::int, 1)"
    " || substr('伟芳娜敏静丽强磊军洋𠮷𬭊㐂䶮鿃', (1 + n * 17 % 15)::int, 1)"
    " || substr('一二三四五六七八九十', (1 + n * 13 % 10)::int, 1)"
)
COLUMNS = {
    "person_no": ("bigint", "n"),
    "id_no": ("varchar", "'370683' || lpad((n * 7919 % 100000000)::text, 8, '0') || lpad((n % 10000)::text, 4, '0')"),
    "name": ("varchar", NAME),
    "sex": ("varchar", "(1 + n % 2)::text"),
    "born": ("date", "(date '1940-01-01' + (n * 37 % 25000)::int)::date"),
    "address": ("varchar", "'山东省莱州市文昌路街道' || (n * 11 % 900)::text || '号' || (n % 40)::text || '单元'"),
    "phone": ("varchar", "'139' || lpad((n * 104729 % 100000000)::text, 8, '0')"),
    "division": ("varchar", "'3706' || (83000000 + n % 300)::text"),
    "income": ("numeric(14,2)", "((n * 7 % 9000000) / 100.0)::numeric(14,2)"),
    "debt": ("numeric(12,2)", "CASE WHEN n % 5 > 0 THEN ((n * 3 % 700000) / 100.0)::numeric(12,2) END"),
    "height": ("smallint", "(140 + n % 60)::smallint"),
    "household": ("integer", "(n / 3)::integer"),
    "score": ("double precision", "sqrt(n::double precision)"),
    "registered": ("boolean", "n % 3 = 0"),
    "entered": ("timestamp", "timestamp '2020-01-01' + n * interval '61 seconds'"),
    "updated_at": ("timestamp", "timestamp '2026-01-01' + n * interval '1 second'"),
    "note": ("varchar", "CASE WHEN n % 4 = 0 THEN '备注, \"信息\"' || n::text END"),
    "employer": ("varchar", "'莱州市第' || (n % 500)::text || '有限责任公司'"),
    "bank": ("varchar", "'6222' || lpad((n * 15485863 % 1000000000000000)::text, 15, '0')"),
    "status": ("varchar", "lpad((n % 20)::text, 2, '0')"),
}
BUFFERS = "128MB"  # what PostgreSQL itself takes where nobody says anything
DATASET, TABLE, FILE = "police_person", "person", "person.csv"
LATER = "(SELECT max(updated_at) FROM {table}) + interval '1 day'"
UPDATED = "UPDATE {table} SET updated_at = " + LATER + " WHERE {those}"


def contract(**given: Any) -> Contract:
    """The contract of the persons; give locator, mode, watermark, options."""
    items = tuple(
        Item(name, name, name, name, "string", source_name=name, key=name == "person_no", grade="L2", personal="none")
        for name in COLUMNS
    )
    usual: dict[str, Any] = {
        "version": "1.0.0",
        "title_zh": "人员",
        "title_en": "Persons",
        "agency": "police",
        "system": "police_db",
        "mode": "snapshot",
        "locator": TABLE,
        "watermark": None,
        "items": items,
    }
    return Contract(dataset=DATASET, **(usual | given))


@contextmanager
def a_server(folder: Path) -> Iterator[Service]:
    """A throw-away PostgreSQL; raises Unavailable where there is none to be had."""
    service = postgresql.start(folder, buffers=BUFFERS)
    if service is None:
        raise Unavailable(
            "没有可用的 PostgreSQL，无法测量入湖速度。请安装 postgresql，或设置 SHUNIU_TEST_POSTGRES_URL。",
            "There is no PostgreSQL, so loading cannot be measured. Install postgresql or set"
            " SHUNIU_TEST_POSTGRES_URL.",
            code="bench_service_missing",
        )
    try:
        yield service
    finally:
        service.stop()


def fill(service: Service, rows: int, table: str) -> None:
    """Make `table` with that many persons, its key and an index on the watermark, and statistics for the planner."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    values = ", ".join(sql for _, sql in COLUMNS.values())
    with psycopg.connect(service.url, autocommit=True) as department:
        for statement in (
            f"DROP TABLE IF EXISTS {table}",
            f"CREATE TABLE {table} ({columns})",
            f"INSERT INTO {table} SELECT {values} FROM generate_series(1::bigint, {rows}::bigint) AS n",
            f"ALTER TABLE {table} ADD PRIMARY KEY (person_no)",
            f"CREATE INDEX ON {table} (updated_at)",
        ):
            department.execute(statement.encode())
        _at_rest(department, table)


def those(step: int, turn: int) -> str:
    """SQL: whether a person is of the one in `step` that change in a turn; others in each of `step` turns."""
    return f"person_no % {step} = {turn % step}"


def update(url: str, table: str, *, step: int, turn: int) -> int:
    """Change the one row in `step` whose turn it is, later than all before; how many."""
    with psycopg.connect(url, autocommit=True) as department:
        changed = department.execute(UPDATED.format(table=table, those=those(step, turn)).encode()).rowcount
        _at_rest(department, table)
    return changed


def newest(url: str, table: str) -> str:
    """When the row changed last was changed, as text."""
    with psycopg.connect(url) as department:
        found = department.execute(f"SELECT max(updated_at)::text FROM {table}".encode()).fetchone()
    assert found, "a table of persons has rows"
    return str(found[0])


def _at_rest(department: psycopg.Connection[Any], table: str) -> None:
    """Let the server finish with what was written, as in the hours between two loads; else the reader would do it."""
    department.execute(f"VACUUM ANALYZE {table}".encode())
    with suppress(psycopg.errors.InsufficientPrivilege):
        department.execute("CHECKPOINT")


def system(service: Service) -> SystemSpec:
    """The server as the hub knows a department's."""
    secret = {"user": service.user, "password": service.password}
    location = f"{service.location}/{service.database or 'postgres'}"
    return SystemSpec("police_db", "police", "postgresql", location, {"schema": "public"}, secret)


def text_sum(relation: str, connection: Any) -> str:
    """A sum over every text column and the key of a relation, whatever the order of rows; NULL counts as ''.

    Equal for two relations that hold the same texts, character for character; a row read twice makes it another.
    """
    texts = (f"coalesce({name}, '')" for name, (kind, _) in COLUMNS.items() if kind == "varchar")
    asked = f"SELECT sum(hash(person_no::VARCHAR, {', '.join(texts)})::HUGEINT) FROM {relation}"
    return str(connection.execute(asked).fetchall()[0][0])


def sum_of_parquet(place: str) -> str:
    """The same of Parquet files (a path or a pattern), as every reader leaves them."""
    with connect(functions=False) as connection:
        return text_sum(f"read_parquet({literal(place)})", connection)


def sum_at_source(rows: int, *, step: int = 1, turn: int = 0) -> str:
    """The same of the persons as they are made, in UTF-8: before a server or an encoding has had them.

    step, turn: of one in so many alone, those that `update` changes then; it leaves the texts as they are.
    """
    with connect(functions=False) as connection:
        return text_sum(f"(FROM ({made(rows)}) WHERE {those(step, turn)})", connection)


def made(rows: int) -> str:
    """The persons as SQL: the same formulas as PostgreSQL gets, over the numbers from 1."""
    values = ", ".join(f"{sql.replace('bigint', 'BIGINT')} AS {name}" for name, (_, sql) in COLUMNS.items())
    return f"SELECT {values} FROM range(1, {rows + 1}) AS t(n)"


def write_csv(folder: Path, rows: int) -> Path:
    """The same persons as a GB18030 file of texts, with a header."""
    folder.mkdir(parents=True, exist_ok=True)
    plain, encoded = folder / "utf8.csv", folder / FILE
    with connect(functions=False) as connection:
        connection.execute(f"COPY ({made(rows)}) TO {literal(str(plain))} (FORMAT csv, HEADER)")
    decode = codecs.getincrementaldecoder("utf-8")()
    with plain.open("rb") as source, encoded.open("wb") as target:
        while chunk := source.read(1 << 22):
            target.write(decode.decode(chunk).encode("gb18030"))
    plain.unlink()
    return encoded
