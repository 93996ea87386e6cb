"""The guard against the network itself: it lets loopback through and nothing beyond."""

import socket
import threading

import httpx
import pytest

from tests.network_guard import NetworkForbidden, allowed


def test_a_test_cannot_connect_beyond_this_machine() -> None:
    with socket.socket() as sock, pytest.raises(NetworkForbidden):
        sock.connect(("192.0.2.1", 80))
    with socket.socket() as sock, pytest.raises(NetworkForbidden):
        sock.connect_ex(("192.0.2.1", 80))


def test_a_test_cannot_look_up_a_name() -> None:
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("example.org", 443)


def test_a_library_on_top_of_sockets_is_held_as_well() -> None:
    with pytest.raises(NetworkForbidden):
        httpx.get("http://192.0.2.1/", timeout=1)


def test_a_name_that_never_exists_is_simply_not_found() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("department.invalid", 443)


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answered = threading.Thread(target=lambda: server.accept()[0].close())
        answered.start()
        socket.create_connection(server.getsockname(), timeout=5).close()
        answered.join(timeout=5)
    assert not answered.is_alive()


def test_a_service_the_environment_names_may_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not allowed("db.test.example")
    monkeypatch.setenv("SHUNIU_TEST_POSTGRES_URL", "postgresql://hub:x@db.test.example:5432/t")
    assert allowed("db.test.example")
