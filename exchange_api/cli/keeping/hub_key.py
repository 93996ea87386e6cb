"""The public key by which commands prove what a hub signed: of a file as /api/v1/keys serves it, or the hub's own."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.i18n import file_name
from exchange_api.cli.speaking import door

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def hub_key(file: Path | None, *, key_id: str = "") -> "Ed25519PublicKey":
    """The key in `file`, without one this hub's; none is made. The file is a JSON Web Key, or a set of them: then the
    one of `key_id`, which a report names, or the first where that is none of them.

    Raises InvalidInput for a file that holds no such key, NotFound where this machine has no hub's key.
    """
    from catalog.audit import keys
    from catalog.errors import InvalidInput, NotFound

    if file is None:
        folder = door.settings().keys_dir
        if not (folder / keys.KEY_NAME).is_file():
            raise NotFound(
                f"{folder} 中没有审计签名密钥，无法验证。请检查 SHUNIU_KEYS_DIR，或用 --key 指定公钥文件。",
                f"{folder} holds no key that signs the trail, so nothing can be proved. Check SHUNIU_KEYS_DIR, or name"
                " the file with the public key with --key.",
                code="audit_key_missing",
            )
        return keys.public_key(keys.public_document(folder))
    try:
        document = json.loads(file.read_bytes())
        given = [keys.public_key(one) for one in document.get("keys", [document])]
        return next((one for one in given if keys.key_id(keys.public_bytes(one)) == key_id), given[0])
    except (AttributeError, IndexError, KeyError, OSError, RecursionError, TypeError, ValueError):
        name = file_name(file.name)
        raise InvalidInput(
            f"{name} 不是枢纽的公钥，或无法读取。请取自枢纽的 /api/v1/keys，原样保存。",
            f"{name} is no public key of a hub, or cannot be read. Take it from the hub's /api/v1/keys and keep it as"
            " it is.",
            code="key_unreadable",
        ) from None
