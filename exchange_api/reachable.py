"""Which systems may be registered and looked at over HTTP: those of other machines, in networks where departments are.

Whoever may connect a department over the network must not thereby read the hub's disk, its registry or its stores, nor
find out what else listens beside it. The command line is for all others. Names are resolved here and again by the
driver: who can change the departments' name service between the two can do more than this.
"""

import re
import socket
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from catalog.errors import InvalidInput, NotAllowed
from catalog.settings import Settings
from catalog.systems import SystemSpec

Address = IPv4Address | IPv6Address
LOCAL: Final = frozenset({"files", "ndjson", "sqlite"})
SCHEMES: Final[Mapping[str, frozenset[str]]] = {
    "postgresql": frozenset({"postgresql", "postgres"}),
    "mysql": frozenset({"mysql", "mariadb"}),
    "sftp": frozenset({"sftp"}),
    "rest": frozenset({"http", "https"}),
    "upstream": frozenset({"http", "https"}),
    "mqtt": frozenset({"mqtt", "mqtts"}),
}
"""What a location of each kind begins with, where it is an address."""
BACKENDS: Final = frozenset(
    {"postgresql", "mysql", "mariadb", "oracle", "mssql", "dm", "kingbase", "opengauss", "db2", "ibm_db_sa", "hana"}
)
"""Databases of kind `sql` that are servers. A dialect that is not here may open files."""
PARAMETERS: Final = frozenset(
    {"service_name", "sid", "charset", "encoding", "sslmode", "driver", "encrypt", "trustservercertificate"}
)
"""Parameters of a database URL that name neither a file nor another server."""
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_NETLOC: Final = re.compile(rf"({_HOST.pattern})(:\d{{1,5}})?")
_PLAIN: Final = re.compile(r"[\w .$#/-]*")


def check_registration(settings: Settings, spec: SystemSpec) -> None:
    """Raise InvalidInput for a system that may not be registered over HTTP, NotAllowed for where it lies."""
    if spec.kind in LOCAL or _is_local(spec.options.get("feedback")):
        raise local()
    check_opening(settings, spec)
    feedback = spec.options.get("feedback")
    if feedback:
        _check_host(settings, _database_host(str(feedback.get("location", ""))))


def check_opening(settings: Settings, spec: SystemSpec) -> None:
    """The same for a system that is about to be opened: folders were registered at the command line, and may be."""
    if spec.kind in LOCAL:
        return
    for host in _hosts(spec):
        _check_host(settings, host)


def local() -> InvalidInput:
    """The refusal of what lies on the hub's own machine."""
    return InvalidInput(
        "读取本机目录或文件的系统只能在服务器命令行用 shuniu source add 登记。",
        "Systems that read folders or files of the hub's own machine are registered at its command line, with"
        " shuniu source add.",
        code="system_kind_local",
    )


def _is_local(feedback: Any) -> bool:
    """Whether a feedback road leads to the hub's own disk."""
    if not feedback:
        return False
    return not isinstance(feedback, dict) or feedback.get("way") != "table" or feedback.get("kind") == "sqlite"


def _hosts(spec: SystemSpec) -> Iterator[str]:
    """Every host a system makes the hub connect to; raises InvalidInput where one cannot be told."""
    if spec.kind == "sql":
        yield _database_host(spec.location)
    elif spec.kind == "s3":
        yield from _store_hosts(spec)
    elif spec.kind in SCHEMES:
        parts = urlsplit(spec.location)
        if parts.scheme.lower() not in SCHEMES[spec.kind]:
            raise _unclear()
        if spec.kind in ("postgresql", "mysql") and not _PLAIN.fullmatch(parts.path):
            raise _unclear()
        yield _host(parts.netloc)
        given = spec.options.get("file_hosts", "")
        others = given if isinstance(given, list) else str(given).split(",")
        yield from (_host(str(one).strip()) for one in others if str(one).strip())


def _database_host(location: str) -> str:
    try:
        url = sa.make_url(location)
    except (ArgumentError, ValueError):
        raise _unclear() from None
    if url.get_backend_name().lower() not in BACKENDS:
        raise local()
    values = [value for given in url.query.values() for value in ((given,) if isinstance(given, str) else given)]
    plain = all(_PLAIN.fullmatch(value) for value in (url.database or "", *values))
    if not plain or not {name.lower() for name in url.query} <= PARAMETERS:
        raise _unclear()
    return _host(f"[{url.host}]" if ":" in (url.host or "") else url.host or "")


def _store_hosts(spec: SystemSpec) -> Iterator[str]:
    """The address of an S3 store. Region and bucket become parts of a host name, so they are plain as well."""
    parts = urlsplit(spec.location)
    named = (str(spec.options.get("region", "us-east-1")), parts.netloc)
    if parts.scheme != "s3" or not all(re.fullmatch(r"[A-Za-z0-9.-]{1,63}", name) for name in named):
        raise _unclear()
    endpoint = str(spec.options.get("endpoint", ""))
    if endpoint:
        scheme, given, rest = endpoint.rpartition("://")
        if given and scheme not in ("http", "https"):
            raise _unclear()
        yield _host(rest.rstrip("/"))


def _host(netloc: str) -> str:
    """The host of host:port, written so plainly that every library reads it alike."""
    found = _NETLOC.fullmatch(netloc)
    if not found:
        raise _unclear()
    return found[1].strip("[]")


def _check_host(settings: Settings, host: str) -> None:
    allowed = [ip_network(part.strip(), strict=False) for part in settings.source_networks.split(",") if part.strip()]
    own = {one for named in _own_hosts(settings) for one in _addresses(named) if not one.is_loopback}
    for address in _addresses(host):
        fits = any(address in network for network in allowed) if allowed else not _closed(address)
        if address in own or not fits:
            raise NotAllowed(
                "该系统的地址在本机、链路本地、平台自身的存储，或在允许的网段之外，不能通过网络登记或查看。"
                "请在服务器命令行操作，或由运维用 SHUNIU_SOURCE_NETWORKS 放行该网段。",
                "The system lies on this machine, is link-local, one of the hub's own stores, or outside the networks"
                " allowed, so it is neither registered nor looked at over HTTP. Use the command line of the server, or"
                " have its network allowed with SHUNIU_SOURCE_NETWORKS.",
                code="system_host_refused",
            )


def _addresses(host: str) -> set[Address]:
    """What a name stands for now; nothing when it is not known: then no connection will come about either."""
    try:
        return {IPv4Address(socket.inet_aton(host))}  # 127.1 and 2130706433 are addresses as well
    except OSError:
        pass
    try:
        found = {ip_address(str(one[4][0]).partition("%")[0]) for one in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return set()
    return {getattr(one, "ipv4_mapped", None) or one for one in found}


def _own_hosts(settings: Settings) -> Iterator[str]:
    """The machines of the hub's registry, lake, workflow engine and lineage receiver."""
    registry = sa.make_url(settings.registry_url).host
    store = settings.s3_endpoint.rpartition("://")[2]
    given = (registry, *(urlsplit(f"//{store}").hostname, urlsplit(settings.airflow_url).hostname))
    yield from (host for host in (*given, urlsplit(settings.lineage_url).hostname) if host)


def _closed(address: Address) -> bool:
    odd = address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    return odd or _is_this_machine(address)


def _is_this_machine(address: Address) -> bool:
    """Whether `address` is one of ours: then a socket can be bound to it. Nothing is sent."""
    # Some machines bind what is not theirs (ip_nonlocal_bind); the address of documents (RFC 5737) tells.
    return _binds(str(address)) and not _binds("192.0.2.254")


def _binds(address: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _unclear() -> InvalidInput:
    return InvalidInput(
        "通过网络登记的系统，其地址须写明一台服务器的主机名（或 IP）和该类型的协议，不能带其他连接参数。"
        "其他写法请在服务器命令行登记。",
        "The location of a system registered over HTTP names one server (host or address) with the scheme of its kind,"
        " and no parameters that lead elsewhere. Register others at the command line of the server.",
        code="system_host_unclear",
    )
