"""The secret that keeps entity ids from telling the number they are made of.

Identity numbers are few enough to try them all, so a plain hash would hide nothing. The secret lies with the hub's
keys; ids stay the same for as long as it does, so it belongs into every backup.
"""

import os
import secrets
from pathlib import Path

from catalog.errors import ConfigurationError
from catalog.settings import Settings

_FILE = "identity.key"


def secret(settings: Settings) -> str:
    """The hub's secret for entity ids, 64 hexadecimal digits; made at the first call, readable by the hub only."""
    path = settings.keys_dir / _FILE
    if not path.exists():
        _make(path)
    text = path.read_text(encoding="ascii").strip()
    if len(text) != 64:
        raise ConfigurationError(
            f"密钥文件 {_FILE} 不完整，请从备份恢复；不要新建，否则人员和法人标识会全部改变。",
            f"The key file {_FILE} is damaged. Restore it from a backup; a new one would change every entity id.",
            code="identity_key_damaged",
        )
    return text


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(part, path)  # the first of two who make it wins; the other's is thrown away
    except FileExistsError:
        pass
    finally:
        part.unlink()
