"""The secret that keeps entity ids from telling the number they are made of.

Identity numbers are few enough to try them all, so a plain hash would hide nothing. The secret lies with the hub's
keys; ids stay the same for as long as it does, so it belongs into every backup.
"""

from catalog.errors import ConfigurationError
from catalog.secrets import key_file
from catalog.settings import Settings

_FILE = "identity.key"


def secret(settings: Settings) -> str:
    """The hub's secret for entity ids, 64 hexadecimal digits; made at the first call, readable by the hub only."""
    text = key_file(settings.keys_dir / _FILE, bytes_wanted=32, as_hex=True).decode("ascii", "replace").strip()
    if len(text) != 64:
        raise ConfigurationError(
            f"密钥文件 {_FILE} 不完整，请从备份恢复；不要新建，否则人员和法人标识会全部改变。",
            f"The key file {_FILE} is damaged. Restore it from a backup; a new one would change every entity id.",
            code="identity_key_damaged",
        )
    return text
