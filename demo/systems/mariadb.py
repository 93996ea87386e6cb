"""Departments' tables in MariaDB or MySQL. The hub's account may only SELECT."""

from itertools import islice

import pyarrow as pa

from demo.services.mysql import connect
from demo.services.service import Service
from demo.systems.place import Deliveries

ROWS_AT_ONCE = 2_000


def column_type(kind: pa.DataType) -> str:
    """The MySQL type for an Arrow type."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "DATETIME(6)"
    names = {pa.types.is_date: "DATE", pa.types.is_integer: "BIGINT", pa.types.is_floating: "DOUBLE"}
    return next((name for test, name in names.items() if test(kind)), "VARCHAR(500)")


def make_database(service: Service, database: str, *, reader: str, password: str) -> None:
    """Make `database` (utf8mb4: rare characters need four bytes) and the account `reader`, which may only SELECT."""
    with connect(service) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        cursor.execute(f"CREATE USER IF NOT EXISTS `{reader}`@'%%' IDENTIFIED BY %s", (password,))
        cursor.execute(f"ALTER USER `{reader}`@'%%' IDENTIFIED BY %s", (password,))
        cursor.execute(f"GRANT SELECT ON `{database}`.* TO `{reader}`@'%%'", ())


def load_table(service: Service, database: str, table: str, deliveries: Deliveries, dataset: str) -> None:
    """Replace `table` by the delivery of `dataset`: filled aside, then exchanged by one RENAME."""
    schema = deliveries.schema(dataset)
    columns = ", ".join(f"`{field.name}` {column_type(field.type)}" for field in schema)
    marks = ", ".join(["%s"] * len(schema))
    rows = deliveries.rows(dataset)
    with connect(service, database) as own, own.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS `{table}__new`, `{table}__old`")
        cursor.execute(f"CREATE TABLE `{table}__new` ({columns}) ENGINE=InnoDB")
        own.begin()
        while some := list(islice(rows, ROWS_AT_ONCE)):
            cursor.executemany(f"INSERT INTO `{table}__new` VALUES ({marks})", some)  # our own names
        own.commit()
        cursor.execute(f"CREATE TABLE IF NOT EXISTS `{table}` LIKE `{table}__new`")
        cursor.execute(f"RENAME TABLE `{table}` TO `{table}__old`, `{table}__new` TO `{table}`")
        cursor.execute(f"DROP TABLE `{table}__old`")


def drop(service: Service, database: str, reader: str) -> None:
    """Remove a database and its account made here (for tests on a named server)."""
    with connect(service) as server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{database}`")
        cursor.execute(f"DROP USER IF EXISTS `{reader}`@'%'")
