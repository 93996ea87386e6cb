"""What a started (or named) server looks like to the rest of the demo, and the three of them together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from catalog.errors import ConfigurationError, Unavailable


def _nothing() -> None:
    """A server that the environment named is not ours to stop."""


@dataclass(frozen=True)
class Service:
    """One server. `prefix` goes before every database and account made in it, so that a named server stays tidy."""

    kind: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    throwaway: bool = True
    prefix: str = "shuniu_demo_"
    database: str = ""
    reader: tuple[str, str] = field(default=("", ""), repr=False)
    """An account that may only read, where the server itself knows one (the broker): user, password."""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where a server is known, or its clients, by keys (SFTP): host_key, private_key as texts."""
    _stop: Callable[[], None] = field(default=_nothing, repr=False, compare=False)

    @property
    def url(self) -> str:
        """URL with the administrator's credentials; for our own connections only, never for print."""
        path = f"/{self.database}" if self.database else ""
        return f"{self.kind}://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}{path}"

    @property
    def location(self) -> str:
        """URL without credentials."""
        return f"{self.kind}://{self.host}:{self.port}"

    def stop(self) -> None:
        """End the whole process tree of a throw-away server; data stay. Nothing happens to a named server."""
        self._stop()


@dataclass(frozen=True)
class Services:
    """The servers that were to be had; None where a department falls back to files."""

    postgresql: Service | None = None
    mysql: Service | None = None
    mqtt: Service | None = None

    def stop(self) -> None:
        """Stop those that were started here."""
        for service in (self.mqtt, self.mysql, self.postgresql):
            if service:
                service.stop()


def named(kind: str, url: str, *, port: int, variable: str) -> Service:
    """The server a SHUNIU_TEST_*_URL variable names (kind://user:password@host:port/database).

    Raises ConfigurationError when the URL has no host; the sentence names the variable, not its value.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ConfigurationError(
            f"环境变量 {variable} 不是可用的地址，应形如 {kind}://用户:口令@主机:端口/库。",
            f"{variable} is not a usable URL; write it as {kind}://user:password@host:port/database.",
            code="service_url_invalid",
            variable=variable,
        )
    return Service(
        kind,
        parts.hostname,
        parts.port or port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        throwaway=False,
        database=parts.path.strip("/"),
    )


def would_not_start(program: str, log: str) -> Unavailable:
    """The error of a server whose binaries are there but which did not come up; `log` is where to look."""
    return Unavailable(
        f"{program} 未能启动，原因见日志 {log}。请处理后重试，或卸载该程序以改用文件方式。",
        f"{program} did not start; see its log {log}. Mend that and try again, or remove it to fall back to files.",
        code="service_start_failed",
        program=program,
    )
