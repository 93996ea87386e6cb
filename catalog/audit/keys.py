"""The Ed25519 key (RFC 8032) of this hub: it signs seals of the trail and usage reports, and stays in keys_dir.

Software keys give correct signatures, not certified cryptography: a hub under GB/T 39786 puts a certified module here.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from catalog.errors import ConfigurationError
from catalog.secrets import key_file

KEY_NAME = "audit-ed25519.key"


def signing_key(keys_dir: Path) -> Ed25519PrivateKey:
    """The private key in `keys_dir`, made on first use (file mode 0600). Raises ConfigurationError if it is damaged."""
    raw = key_file(keys_dir / KEY_NAME, bytes_wanted=32)
    if len(raw) != 32:
        raise ConfigurationError(
            "审计签名密钥文件已损坏。请从备份恢复密钥目录。",
            "The key file that signs the audit trail is damaged. Restore the keys folder from the backup.",
            code="audit_key_damaged",
        )
    return Ed25519PrivateKey.from_private_bytes(raw)


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The 32 raw bytes of the public half."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def public_document(keys_dir: Path) -> dict[str, Any]:
    """The public key as a JSON Web Key (RFC 8037), as served at /api/v1/keys."""
    raw = public_bytes(signing_key(keys_dir))
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "x": text, "kid": key_id(raw)}


def public_key(document: dict[str, Any]) -> Ed25519PublicKey:
    """The key of a JSON Web Key document."""
    text = str(document["x"])
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def key_id(raw: bytes) -> str:
    """Short name of a public key: first 16 hex digits of its SHA-256."""
    return hashlib.sha256(raw).hexdigest()[:16]


def canonical(statement: dict[str, Any]) -> bytes:
    """The bytes that are signed: JSON without `signature`, members sorted, no blanks."""
    unsigned = {name: value for name, value in statement.items() if name != "signature"}
    return orjson.dumps(unsigned, option=orjson.OPT_SORT_KEYS)


def signed(statement: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """`statement` with `key_id` and `signature` (base64) added."""
    named = {**statement, "key_id": key_id(public_bytes(key))}
    return {**named, "signature": base64.b64encode(key.sign(canonical(named))).decode()}


def signature_holds(statement: dict[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether `statement` carries this key's signature over its other members."""
    try:
        key.verify(base64.b64decode(str(statement.get("signature", "")), validate=True), canonical(statement))
    except (InvalidSignature, ValueError):
        return False
    return True
