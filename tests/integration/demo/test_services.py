"""Throw-away servers: started, resumed, stopped to the last process; a named server is used and left alone."""

import signal
from pathlib import Path

import psutil
import psycopg
import pymysql
import pytest

from catalog.errors import ConfigurationError, Unavailable
from demo.services import mysql, postgresql, processes, testing, throwaway
from demo.services.service import Service
from demo.services.start import STARTS, start_services
from demo.services.testing import ALL

KINDS = sorted({*STARTS, "s3"})


def processes_on(folder: Path) -> list[psutil.Process]:
    """Processes whose command line names `folder`."""
    found = (process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"])
    return [process for process in found if any(str(folder) in word for word in process.info["cmdline"])]


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_stops_to_the_last_process_and_comes_back_with_its_password(kind: str, tmp_path: Path):
    first = testing.require_or_skip(kind, tmp_path / kind, {testing.REQUIRED: "0"})
    assert first.throwaway
    assert first.host == "127.0.0.1"
    assert processes_on(tmp_path / kind)
    first.stop()
    assert processes_on(tmp_path / kind) == []
    assert not processes.listening(first.port)
    second = ALL[kind](tmp_path / kind, {})
    assert second
    assert second.password == first.password
    second.stop()
    second.stop()
    assert processes_on(tmp_path / kind) == []
    assert (tmp_path / kind / "password").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_interrupted_run_left_behind_is_ended_first(kind: str, tmp_path: Path):
    lost = testing.require_or_skip(kind, tmp_path / kind, {})
    (before,) = [process for process in processes_on(tmp_path / kind) if process.ppid() == psutil.Process().pid]
    found = ALL[kind](tmp_path / kind, {})
    assert found
    assert not before.is_running() or before.status() == psutil.STATUS_ZOMBIE
    found.stop()
    lost.stop()
    assert processes_on(tmp_path / kind) == []


def test_nobody_gets_into_the_servers_without_the_password(postgresql: Service, mysql: Service):
    for user in ("shuniu", "postgres"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=postgresql.host, port=postgresql.port, user=user, password="", dbname="postgres")
    for user in ("root", "shuniu", ""):
        with pytest.raises(pymysql.err.OperationalError):
            pymysql.connect(host=mysql.host, port=mysql.port, user=user, password="")


def test_a_named_server_is_used_and_never_stopped(postgresql: Service, tmp_path: Path):
    named = STARTS["postgresql"](tmp_path, {"SHUNIU_TEST_POSTGRES_URL": postgresql.url})
    assert named
    assert (named.throwaway, named.port, named.user) == (False, postgresql.port, postgresql.user)
    named.stop()
    assert processes.listening(postgresql.port)
    assert list(tmp_path.iterdir()) == []


def test_a_named_server_without_a_host_is_a_mistake_and_its_value_stays_unsaid(tmp_path: Path):
    with pytest.raises(ConfigurationError) as raised:
        mysql.start(tmp_path, {mysql.VARIABLE: "mysql://user:geheim@/x"})
    assert mysql.VARIABLE in raised.value.en
    assert "geheim" not in str(raised.value)


def test_without_binaries_nothing_is_to_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "find_binary", lambda *_: None)
    services = start_services(tmp_path, {})
    assert (services.postgresql, services.mysql, services.mqtt) == (None, None, None)


def test_a_root_that_knows_no_other_user_has_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "server_user", lambda _: None)
    assert postgresql.start(tmp_path, {}) is None


@pytest.mark.parametrize("kind", KINDS)
def test_where_services_are_required_their_absence_fails_the_test(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ALL, kind, lambda *_: None)
    for environ, outcome in (({testing.REQUIRED: "1"}, pytest.fail.Exception), ({}, pytest.skip.Exception)):
        # Both are caught: a skip let through would skip this test itself, and be green.
        with pytest.raises((pytest.fail.Exception, pytest.skip.Exception), match="SHUNIU_TEST_") as told:
            testing.require_or_skip(kind, tmp_path, environ)
        assert told.type is outcome


def test_a_server_that_does_not_come_up_names_its_log_and_leaves_nothing_running(tmp_path: Path):
    room = throwaway.Room(tmp_path, "", [], "secret")
    room.data.mkdir()
    with pytest.raises(Unavailable) as raised:
        throwaway.run(
            room,
            Service("mqtt", "127.0.0.1", 0, "u", "secret"),
            command=lambda port: ["false", str(tmp_path)],
            ready=lambda service: processes.listening(service.port),
            first_signal=signal.SIGTERM,
        )
    assert str(tmp_path / "server.log") in raised.value.en
    assert "secret" not in str(raised.value)
    assert processes_on(tmp_path) == []


def test_one_server_that_fails_leaves_the_others_their_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object) -> None:
        raise Unavailable("坏", "broken", code="service_start_failed")

    monkeypatch.setitem(STARTS, "mysql", fails)
    monkeypatch.setitem(STARTS, "postgresql", lambda *_: None)
    notes: list[Unavailable] = []
    services = start_services(tmp_path, {}, notes=notes)
    services.stop()
    assert services.mysql is None
    assert [note.en for note in notes] == ["broken"]
