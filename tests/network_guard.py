"""Tests reach this machine and the services the environment names for them; nothing else.

Python's own sockets are watched. Libraries with sockets of their own in C (libpq, DuckDB) are not: their tests talk to
throw-away servers on loopback.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest


class NetworkForbidden(RuntimeError):
    """A test reached for the network. Not an OSError, so that no code under test can take it for a weak connection."""


def allowed(host: str | bytes | None) -> bool:
    """Whether a test may speak to `host`: loopback, this machine's name, or a service named in SHUNIU_TEST_*_URL."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else (host or "")
    if name in {"", "localhost", socket.gethostname(), *_named_services()}:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _named_services() -> set[str]:
    urls = [value for name, value in os.environ.items() if name.startswith("SHUNIU_TEST_") and name.endswith("_URL")]
    return {host for url in urls if (host := urlsplit(url).hostname)}


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse connections and name look-ups beyond what is allowed, while the block runs."""
    real_connect, real_connect_ex, real_lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return real_connect_ex(self, address)

    def look_up(host: Any, *rest: Any, **options: Any) -> Any:
        if str(host).endswith(".invalid"):  # RFC 6761: never exists; said here, without asking anybody
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not allowed(host) and not _is_address(host):
            raise NetworkForbidden(f"a test may not look up {host}: start what it needs on 127.0.0.1")
        return real_lookup(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6) and not allowed(address[0]):
        raise NetworkForbidden(f"a test may not connect to {address[0]}: start what it needs on 127.0.0.1")


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True
