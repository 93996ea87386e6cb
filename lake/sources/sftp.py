"""Files in a folder of an SSH server (SFTP). The server's key is pinned: an unknown key is never accepted.

Who else could stand between the hub and a department would get its password and give us its rows; so without a pinned
key nothing is sent, and the sentence names the fingerprint for a person to compare with the department by telephone.
"""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

import asyncssh

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, HubError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.delivery import Delivery
from lake.sources.places import remote
from lake.sources.places.remote import Entry

T = TypeVar("T")
PORT = 22
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
ALIVE_SECONDS = 10.0
LIST_SECONDS = 120.0
FETCH_SECONDS = 4 * 3600.0
MOST_LISTED = 100_000
CHUNK = 4 << 20
KEY = re.compile(r"((?:ssh|ecdsa|sk)-\S+\s+[A-Za-z0-9+/=]+)")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """All files of the folder that meet the contract's locator. Location: sftp://host:port/folder.

    Secret: user, and password or private_key (OpenSSH or PEM text) with its passphrase. System option host_key: the
    server's public key as ssh-keyscan prints it, or its fingerprint (SHA256:...); a list when it has several.
    """
    with opened(spec) as place:
        return remote.take(settings, place, contract, since=since, keep=keep)


@dataclass
class Pins:
    """The keys a server may show: whole ones, and fingerprints. `seen`: the fingerprint of the one it did show."""

    keys: list[asyncssh.SSHKey] = field(default_factory=list)
    fingerprints: set[str] = field(default_factory=set)
    seen: str = ""

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """Whether a key that is not among `keys` has a pinned fingerprint."""
        self.seen = key.get_fingerprint()
        return self.seen in self.fingerprints

    @property
    def refused(self) -> bool:
        """Whether the server showed a key that is not pinned."""
        pinned = {*self.fingerprints, *(key.get_fingerprint() for key in self.keys)}
        return bool(self.seen) and self.seen not in pinned


def pins_of(spec: SystemSpec) -> Pins:
    """What option host_key pins: whole keys, fingerprints, or nothing.

    Raises ConfigurationError for a line of known_hosts with a marker (sshd(8)): @revoked says the very opposite.
    """
    given = spec.options.get("host_key", "")
    text = "\n".join(map(str, given)) if isinstance(given, list | tuple) else str(given)
    if any(line.lstrip().startswith("@") for line in text.splitlines()):
        raise _marked(spec)
    try:
        keys = [asyncssh.import_public_key(found) for found in KEY.findall(text)]
    except (asyncssh.KeyImportError, ValueError):
        keys = []
    return Pins(keys, set(FINGERPRINT.findall(text)))


class Folder:
    """A folder of an SSH server, as lake.sources.places.remote walks it."""

    def __init__(self, runner: asyncio.Runner, client: asyncssh.SFTPClient, spec: SystemSpec) -> None:
        self._runner = runner
        self._client = client
        self._spec = spec
        self._root = unquote(urlsplit(spec.location).path) or "."

    def entries(self, folder: PurePosixPath) -> list[Entry]:
        """What lies directly in `folder`."""
        listed = self._ask(self._listed(self._place(folder)))
        return [
            Entry(
                folder,
                str(found.filename),
                found.attrs.size or 0,
                float(found.attrs.mtime or 0),
                S_ISDIR(found.attrs.permissions or 0),
            )
            for found in listed
            if S_ISDIR(found.attrs.permissions or 0) or S_ISREG(found.attrs.permissions or 0)
        ]

    async def _listed(self, place: str) -> list[asyncssh.SFTPName]:
        """What a folder holds; a list without an end is cut off, in number and in time."""
        found: list[asyncssh.SFTPName] = []
        async with asyncio.timeout(LIST_SECONDS):
            async for one in self._client.scandir(place):
                found.append(one)
                if len(found) > MOST_LISTED:
                    raise remote.too_many(place)
        return found

    def fetch(self, entry: Entry, target: Path) -> None:
        """Copy one file whole."""
        after = self._ask(self._copy(entry, target))
        if (after.size, float(after.mtime or 0)) != (entry.size, entry.changed) or target.stat().st_size != entry.size:
            raise remote.still_written(entry.name)

    async def _copy(self, entry: Entry, target: Path) -> asyncssh.SFTPAttrs:
        path = self._place(entry.path)
        async with asyncio.timeout(FETCH_SECONDS):
            source = await asyncio.wait_for(self._client.open(path, "rb"), ANSWER_SECONDS)
            with target.open("wb") as copy:
                # Each piece has its own time limit: a server that lives but sends nothing must not hold the hub.
                while chunk := await asyncio.wait_for(source.read(CHUNK), ANSWER_SECONDS):
                    copy.write(cast(bytes, chunk))
                    if copy.tell() > entry.size:
                        raise remote.still_written(entry.name)
            await asyncio.wait_for(source.close(), ANSWER_SECONDS)
            return await asyncio.wait_for(self._client.stat(path), ANSWER_SECONDS)

    def _place(self, path: PurePosixPath) -> str:
        return str(PurePosixPath(self._root) / path)

    def _ask(self, question: Coroutine[Any, Any, T]) -> T:
        try:
            return self._runner.run(question)
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise _sentence(self._spec, error) from None


@contextmanager
def opened(spec: SystemSpec) -> Iterator[Folder]:
    """The folder for as long as the block runs. Raises SourceRefused, SourceUnreachable, ConfigurationError."""
    pins = pins_of(spec)
    with asyncio.Runner() as runner:
        if not pins.keys and not pins.fingerprints:
            raise _unpinned(spec, runner.run(_shown(spec)))
        try:
            connection = runner.run(_connect(spec, pins))
        except (OSError, asyncssh.Error, TimeoutError) as error:
            hung_up = isinstance(error, asyncssh.DisconnectError | ConnectionResetError)
            if hung_up and not isinstance(error, asyncssh.PermissionDenied):
                # A server without a key of the pinned type just hangs up: look what it shows instead.
                pins.seen = pins.seen or runner.run(_shown(spec))
            if pins.refused:
                raise _other_key(spec, pins.seen) from None
            raise _sentence(spec, error) from None
        try:
            yield Folder(runner, runner.run(_client(connection)), spec)
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise _sentence(spec, error) from None
        finally:
            runner.run(_close(connection))


async def _connect(spec: SystemSpec, pins: Pins) -> asyncssh.SSHClientConnection:
    class Client(asyncssh.SSHClient):
        def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
            return pins.accepts(key)

    parts = urlsplit(spec.location)
    secret = spec.secret
    return await asyncssh.connect(
        parts.hostname or "127.0.0.1",
        parts.port or PORT,
        client_factory=Client,
        known_hosts=lambda *_where: (pins.keys, [], []),
        username=secret.get("user", ""),
        password=secret.get("password") or None,
        client_keys=_own_keys(spec),
        # Nothing of the account the hub runs under goes to a department: no agent, no keys, no configuration of its.
        agent_path=None,
        config=None,
        gss_host=None,
        connect_timeout=CONNECT_SECONDS,
        login_timeout=CONNECT_SECONDS * 2,
        keepalive_interval=ALIVE_SECONDS,
        keepalive_count_max=3,
    )


async def _shown(spec: SystemSpec) -> str:
    """The fingerprint of the key a server shows; nobody has logged in yet."""
    parts = urlsplit(spec.location)
    try:
        asked = asyncssh.get_server_host_key(parts.hostname or "127.0.0.1", parts.port or PORT, config=None)
        key = await asyncio.wait_for(asked, CONNECT_SECONDS)
    except (OSError, asyncssh.Error, TimeoutError):
        key = None
    return key.get_fingerprint() if key else ""


def _own_keys(spec: SystemSpec) -> list[asyncssh.SSHKey] | None:
    text = spec.secret.get("private_key")
    if not text:
        return None
    try:
        return [asyncssh.import_private_key(text, spec.secret.get("passphrase") or None)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        raise ConfigurationError(
            f"系统 {spec.code} 登记的私钥无法使用：格式或口令短语不对。请重新登记 private_key 与 passphrase。",
            f"The private key of system {spec.code} cannot be used: its form or its passphrase is wrong. Register"
            " private_key and passphrase anew.",
            code="private_key_unusable",
            system=spec.code,
        ) from None


async def _client(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    return await asyncio.wait_for(connection.start_sftp_client(), ANSWER_SECONDS)


async def _close(connection: asyncssh.SSHClientConnection) -> None:
    connection.abort()
    await connection.wait_closed()


def _sentence(spec: SystemSpec, error: Exception) -> HubError:
    """What went wrong, in words of ours: what a server says may hold anything."""
    match error:
        case asyncssh.PermissionDenied() | asyncssh.SFTPPermissionDenied() | PermissionError():
            return SourceRefused(
                f"SFTP 服务器（系统 {spec.code}）拒绝了登录或读取。请核对账号、口令或密钥，以及目录权限。",
                f"The SFTP server of system {spec.code} refused the login, or reading. Check account, password or key,"
                " and the rights of the folder.",
                code="source_refused",
                system=spec.code,
            )
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath():
            return SourceUnreachable(
                f"SFTP 服务器（系统 {spec.code}）上没有登记的目录，或文件刚被移走。请核对目录后重新运行。",
                f"The SFTP server of system {spec.code} has no such folder, or a file was just moved away. Check the"
                " folder and run again.",
                code="folder_missing",
                system=spec.code,
            )
        case asyncssh.SFTPError() if not isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection):
            return SourceUnreadable(
                f"SFTP 服务器（系统 {spec.code}）上的文件无法读取。请部门检查该文件后重新运行。",
                f"A file on the SFTP server of system {spec.code} cannot be read. Ask the department to check it, and"
                " run again.",
                code="file_unreadable",
                system=spec.code,
            )
    return SourceUnreachable(
        f"SFTP 服务器（系统 {spec.code}）没有应答，或中途断开。请检查网络、地址和端口，恢复后重新运行。",
        f"The SFTP server of system {spec.code} does not answer, or broke off. Check network, address and port, and run"
        " again.",
        code="source_unreachable",
        system=spec.code,
    )


def _other_key(spec: SystemSpec, seen: str) -> SourceRefused:
    return SourceRefused(
        f"SFTP 服务器（系统 {spec.code}）出示的主机密钥（{seen}）不是登记的那一个，未发送任何口令。"
        "请与部门电话核对；确已更换时，用 host_key 重新登记。",
        f"The SFTP server of system {spec.code} showed another host key ({seen}) than the"
        " registered one; no password was sent. Ask the department by telephone; if they changed it, register the new"
        " host_key.",
        code="host_key_differs",
        system=spec.code,
    )


def _marked(spec: SystemSpec) -> ConfigurationError:
    return ConfigurationError(
        f"系统 {spec.code} 的 host_key 中有以 @ 开头的行（如 @revoked、@cert-authority），不能作为主机密钥。"
        "请只登记 ssh-keyscan 输出的密钥行或指纹。",
        f"In host_key of system {spec.code} a line begins with @ (@revoked, @cert-authority), which is no key to pin."
        " Register lines as ssh-keyscan prints them, or fingerprints.",
        code="host_key_marked",
        system=spec.code,
    )


def _unpinned(spec: SystemSpec, shown: str) -> ConfigurationError:
    return ConfigurationError(
        f"系统 {spec.code} 没有登记 SFTP 服务器的主机密钥，未登录。该服务器出示的是 {shown or '（未能取得）'}；"
        "请与部门电话核对指纹，一致后以选项 host_key 登记。",
        f"No host key of the SFTP server is registered for system {spec.code}; nobody logged in. The server shows"
        f" {shown or 'none that could be read'}: compare it with the department by telephone, then register it as"
        " option host_key.",
        code="host_key_missing",
        system=spec.code,
    )
