"""For tests: a real server, or the reason why there is none (a failure where services are required)."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from demo.services import s3, sftp
from demo.services.service import Service
from demo.services.start import STARTS, Start

REQUIRED = "SHUNIU_TEST_REQUIRE_SERVICES"
ALL: dict[str, Start] = {**STARTS, "sftp": sftp.start, "sshd": sftp.start_openssh, "s3": s3.start}
WHY = {
    "postgresql": "no PostgreSQL: name one in SHUNIU_TEST_POSTGRES_URL or install Debian's postgresql",
    "mysql": "no MariaDB: name one in SHUNIU_TEST_MYSQL_URL or install Debian's mariadb-server",
    "mqtt": "no MQTT broker: name one in SHUNIU_TEST_MQTT_URL or install Debian's mosquitto",
    "sftp": "no SFTP server: install the developers' packages (make devenv)",
    "sshd": "no OpenSSH server: install Debian's openssh-server",
    "s3": "no S3 server: name one in SHUNIU_TEST_S3_URL or install the developers' packages (make devenv)",
}
OPTIONAL = frozenset({"sshd"})
"""Servers beside another of the same kind that is always to be had: their absence is told, never a failure."""


def require_or_skip(name: str, folder: Path, environ: Mapping[str, str] | None = None) -> Service:
    """A started server of kind `name` (one of ALL) on `folder`.

    Skips the test with the reason when there is none to be had; fails instead when SHUNIU_TEST_REQUIRE_SERVICES=1.
    Every call gets its own prefix for databases and accounts, so that tests sharing a named server do not meet.
    """
    given = environ if environ is not None else os.environ
    service = ALL[name](folder, given)
    if service:
        return replace(service, prefix=f"shuniu_test_{token_hex(4)}_")
    if given.get(REQUIRED) == "1" and name not in OPTIONAL:
        pytest.fail(WHY[name])
    pytest.skip(WHY[name])


def lent(name: str, folder: Path) -> Iterator[Service]:
    """Body of a fixture: a server for as long as the fixture lives (`yield from lent("postgresql", folder)`)."""
    service = require_or_skip(name, folder)
    try:
        yield service
    finally:
        service.stop()
