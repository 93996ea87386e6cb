"""MariaDB into the raw zone: every value as it was, and a sentence for everything that goes wrong."""

import threading
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pymysql
import pytest

from catalog.errors import ContractBroken, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from lake.engines.duckdb import connect
from lake.loading import ingest, raw
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item

CONTRACT = a_contract(
    dataset="health_birth",
    locator="birth_cert",
    items=(an_item("certificate_no", "cert_no", key=True, required=True), an_item("child_name", "child_name")),
)


@pytest.fixture
def hub(settings: Settings) -> Settings:
    return a_registry_with(settings, CONTRACT)


@pytest.fixture
def births(health: tuple[Any, Any]) -> tuple[Any, Any]:
    cursor = health[1].cursor()
    cursor.execute(
        "CREATE TABLE birth_cert (cert_no varchar(20) PRIMARY KEY, child_name varchar(50), birth_date date,"
        " weight decimal(5,2), twins tinyint(1), at datetime(6), big bigint unsigned)"
    )
    cursor.execute(
        "INSERT INTO birth_cert VALUES"
        " ('A1', '赵𬭊', '2026-03-01', 3.45, 1, '2026-03-01 08:00:00.5', 18446744073709551615),"
        " ('A2', NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    return health


def test_every_value_comes_over_as_it_was(hub: Settings, births: tuple[Any, Any]) -> None:
    batch = ingest.collect(hub, CONTRACT, births[0], now=NOW, by="steward")
    assert batch.rows == 2
    with connect(hub) as connection:
        rows = connection.execute(
            'SELECT cert_no, child_name, birth_date, weight, twins, "at", big'
            f" FROM {raw.relation(hub, 'health_birth', batch.batch_id)} ORDER BY cert_no"
        ).fetchall()
    moment = datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert rows[0] == ("A1", "赵𬭊", date(2026, 3, 1), Decimal("3.45"), 1, moment, "18446744073709551615")
    assert rows[1] == ("A2", None, None, None, None, None, None)


def test_the_same_rows_again_are_no_new_batch(hub: Settings, births: tuple[Any, Any]) -> None:
    first = ingest.collect(hub, CONTRACT, births[0], now=NOW, by="steward")
    again = ingest.collect(hub, CONTRACT, births[0], now=NOW, by="steward")
    assert (again.new, again.batch_id) == (False, first.batch_id)


def test_what_goes_wrong_is_told_apart(hub: Settings, births: tuple[Any, Any], wrong_password: dict[str, str]) -> None:
    spec = births[0]
    wrong = [
        (replace(spec, secret=wrong_password), CONTRACT, SourceRefused),
        (replace(spec, location="mysql://127.0.0.1:9/none"), CONTRACT, SourceUnreachable),
        (spec, replace(CONTRACT, locator="nothing"), SourceUnreadable),
        (spec, replace(CONTRACT, items=(*CONTRACT.items, an_item("phone", "lxdh"))), ContractBroken),
    ]
    for system, contract, kind in wrong:
        with pytest.raises(kind) as refused:
            ingest.collect(hub, contract, system, now=NOW, by="steward")
        assert wrong_password["password"] not in str(refused.value)


def test_a_server_that_breaks_off_while_reading_leaves_nothing(hub: Settings, births: tuple[Any, Any]) -> None:
    spec, server = births
    cursor = server.cursor()
    cursor.execute("INSERT INTO birth_cert (cert_no, child_name) SELECT concat('B', seq), 'x' FROM seq_1_to_50000")
    cursor.execute(
        "CREATE VIEW slow AS SELECT b.*, if(b.cert_no LIKE '%00', sleep(0.005), 0) AS fault FROM birth_cert b"
    )
    ended = threading.Event()
    watch = threading.Thread(target=_kill_readers, args=(spec, ended))
    watch.start()
    try:
        with pytest.raises(SourceUnreachable):
            ingest.collect(hub, replace(CONTRACT, locator="slow"), spec, now=NOW, by="steward")
    finally:
        ended.set()
        watch.join()
    assert raw.newest(hub, "health_birth") is None
    assert ingest.collect(hub, CONTRACT, spec, now=NOW, by="steward").rows == 50_002


def _kill_readers(spec: Any, ended: threading.Event) -> None:
    """End the sessions that read the slow view, as a server that goes down does."""
    host, _, port = spec.location.removeprefix("mysql://").partition("/")[0].partition(":")
    login = {"host": host, "port": int(port), "user": spec.secret["user"], "password": spec.secret["password"]}
    with closing(pymysql.connect(**login, autocommit=True)) as watcher:
        while not ended.wait(0.02):
            cursor = watcher.cursor()
            cursor.execute(
                "SELECT id FROM information_schema.processlist"
                " WHERE info LIKE '%slow%' AND time_ms > 100 AND id <> connection_id()"
            )
            for (reader,) in cursor.fetchall():
                with suppress(pymysql.err.OperationalError):
                    cursor.execute(f"KILL {int(reader)}")
