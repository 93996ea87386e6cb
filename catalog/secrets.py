"""Credentials of departments' systems, encrypted with AES-256-GCM; the key lies in a file outside the registry."""

import json
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from catalog.errors import ConfigurationError
from catalog.settings import Settings

_NONCE = 12


def keep_private(home: Path) -> None:
    """From here on whatever this process and its children write is for its own user alone; `home` is closed to others.

    For the doors (commands, demo): the lake, the registry, deliveries and logs under `home` hold people's data.
    """
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if home.stat().st_uid == os.geteuid():
        home.chmod(0o700)


def encrypt(settings: Settings, secret: dict[str, str], *, context: str) -> bytes:
    """Seal `secret`; `context` (the system's code) is bound in, so it opens for that system only."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(settings)).encrypt(nonce, json.dumps(secret).encode(), context.encode())


def decrypt(settings: Settings, sealed: bytes, *, context: str) -> dict[str, str]:
    """Open what `encrypt` sealed. Raises ConfigurationError when the key is another one."""
    try:
        plain = AESGCM(_key(settings)).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
    except InvalidTag:
        raise ConfigurationError(
            f"无法解开系统 {context} 的口令：密钥文件与登记时不同。请恢复密钥或重新登记口令。",
            f"The credentials of system {context} cannot be opened: the key file is not the one they were sealed with."
            " Restore the key, or register the credentials again.",
            code="secret_key_wrong",
            system=context,
        ) from None
    opened: dict[str, str] = json.loads(plain)
    return opened


def _key(settings: Settings) -> bytes:
    return key_file(settings.keys_dir / "registry.key", bytes_wanted=32)


def key_file(path: Path, *, bytes_wanted: int, as_hex: bool = False) -> bytes:
    """The random key in `path`, made on first use (folder 0700, file 0600), whole or not at all.

    as_hex: kept and returned as hexadecimal digits, two for each of `bytes_wanted`.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, fresh = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # mode 0600, a name of its own
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(os.urandom(bytes_wanted).hex().encode() if as_hex else os.urandom(bytes_wanted))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(fresh, path)  # fails if another process was first: then its key counts
    except FileExistsError:
        pass
    finally:
        os.unlink(fresh)
    return path.read_bytes()
