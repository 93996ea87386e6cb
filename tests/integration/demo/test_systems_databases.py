"""Departments' databases on real servers: rows come back as given, the hub's accounts can do no more than they must."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import psycopg
import pyarrow as pa
import pymysql
import pytest

from catalog.systems import SystemSpec
from demo.systems import health, market, police
from demo.systems.place import Place

on_postgresql = pytest.mark.parametrize("place", [("postgresql",)], indirect=True)
on_mysql = pytest.mark.parametrize("place", [("mysql",)], indirect=True)

PEOPLE = pa.table(
    {
        "rybh": ["1", "2", "3"],
        "xm": ["张三", '𠮷,"野"\n家', ""],
        "csrq": ["19900307", None, "\\N"],
        "gxsj": pa.array(["2025-12-31T08:00:01", None, None]).cast(pa.timestamp("ms")),
    }
)


def connect(spec: SystemSpec, who: str = "") -> "psycopg.Connection[tuple[object, ...]]":
    """A connection as the hub makes it, from the spec alone."""
    user, password = spec.secret[f"{who}user"], spec.secret[f"{who}password"]
    return psycopg.connect(spec.location, user=user, password=password, autocommit=True)


@on_postgresql
def test_postgresql_gives_back_every_value_and_no_more_rights_than_reading(place: Place, deliver):
    deliver("police_address", pa.table({"DZBM": ["1"]}))
    police.fill(place, deliver("police_person", PEOPLE))
    spec = police.specs(place)[0]
    assert (spec.kind, spec.options["schema"]) == ("postgresql", "public")
    with connect(spec) as session:
        rows = session.execute("SELECT rybh, xm, csrq, gxsj::text FROM hkrk ORDER BY rybh").fetchall()
        assert rows == [
            ("1", "张三", "19900307", "2025-12-31 08:00:01"),
            ("2", '𠮷,"野"\n家', None, None),
            ("3", "", "\\N", None),
        ]
        session.execute("SET default_transaction_read_only = off")
        for forbidden in (
            "DELETE FROM hkrk",
            "UPDATE hkrk SET xm = ''",
            "CREATE TABLE own (a INT)",
            "CREATE TEMP TABLE own (a INT)",
            "SELECT * FROM sjgx_fankui",
            "SELECT pg_read_file('PG_VERSION')",
            "COPY hkrk TO PROGRAM 'cat'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(forbidden)


@on_postgresql
def test_the_feedback_account_writes_feedback_and_sees_nothing_else(place: Place, deliver):
    deliver("police_address", pa.table({"DZBM": ["1"]}))
    deliveries = deliver("police_person", PEOPLE)
    police.fill(place, deliveries)
    spec = police.specs(place)[0]
    feedback = spec.options["feedback"]
    assert (feedback["way"], feedback["kind"], feedback["location"]) == ("table", "postgresql", spec.location)
    insert = f"INSERT INTO {feedback['table']} (feedback_id, calls) VALUES ('2025-12', 3) ON CONFLICT DO NOTHING"
    with connect(spec, "feedback_") as session:
        session.execute(insert)
        session.execute(insert)
        for forbidden in ("SELECT * FROM hkrk", "DELETE FROM sjgx_fankui", "UPDATE sjgx_fankui SET calls = 0"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(forbidden)
    police.fill(place, deliveries)
    with connect(spec, "feedback_") as session:
        assert session.execute("SELECT feedback_id, calls FROM sjgx_fankui").fetchall() == [("2025-12", 3)]


@on_postgresql
def test_one_departments_account_does_not_reach_anothers_database(place: Place, deliver):
    deliver("police_address", pa.table({"DZBM": ["1"]}))
    police.fill(place, deliver("police_person", PEOPLE))
    table = pa.table(
        {
            "nbxh": ["1"],
            "regcap": pa.array([Decimal("50.1250")], pa.decimal128(18, 4)),
            "updated_at": pa.array(["2025-12-31T08:00:01"]).cast(pa.timestamp("ms")),
        }
    )
    market.fill(place, deliver("market_enterprise", table))
    (spec,) = market.specs(place)
    with connect(spec) as session:
        assert session.execute("SELECT regcap FROM qyjbxx WHERE updated_at > '2025-01-01'").fetchone() == (
            Decimal("50.1250"),
        )
        assert session.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'qyjbxx'").fetchone() == (1,)
    other = police.specs(place)[0].location
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(other, user=spec.secret["user"], password=spec.secret["password"])


@on_mysql
def test_mysql_gives_back_every_value_and_no_more_rights_than_reading(place: Place, deliver):
    births = pa.table(
        {
            "cert_no": ["B1", "B2"],
            "child_name": ["𠮷野䶮", None],
            "birth_date": [date(2025, 2, 28), None],
            "addr": ["100% 甲路's", "乙\\路"],
        }
    )
    deliver("health_death", pa.table({"cert_no": pa.array([], pa.string())}))
    deliveries = deliver("health_birth", births)
    health.fill(place, deliveries)
    health.fill(place, deliveries)
    (spec,) = health.specs(place)
    parts = urlsplit(spec.location)
    session = pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        database=parts.path.strip("/"),
        charset="utf8mb4",
        **spec.secret,
    )
    with session, session.cursor() as cursor:
        cursor.execute("SELECT * FROM birth_cert ORDER BY cert_no")
        assert cursor.fetchall() == (
            ("B1", "𠮷野䶮", date(2025, 2, 28), "100% 甲路's"),
            ("B2", None, None, "乙\\路"),
        )
        cursor.execute("SELECT count(*) FROM death_cert")
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW TABLES")
        assert cursor.fetchall() == (("birth_cert",), ("death_cert",))
        for forbidden in (
            "DELETE FROM birth_cert",
            "INSERT INTO birth_cert (cert_no) VALUES ('x')",
            "CREATE TABLE own (a INT)",
            "SELECT * FROM mysql.global_priv",
            "SELECT 1 INTO OUTFILE '/tmp/x'",
        ):
            with pytest.raises(pymysql.err.Error):
                cursor.execute(forbidden)
