"""One audit record: its fields, its bytes on disk and its hash. Pure.

A line is the canonical JSON of the record, its last member `hash` being the digest of the line without it. Checking a
line therefore needs its bytes only, not a parser that happens to order members as ours does.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from catalog.errors import ConfigurationError

FIELDS: Final = (
    "at",
    "actor",
    "account",
    "agency",
    "purpose",
    "grant",
    "dataset",
    "version",
    "surface",
    "rows",
    "items",
    "providers",
    "decision",
    "reasons",
)
"""What a caller gives. `seq`, `node`, `prev` and `hash` are added when the record is written."""

DEFAULTS: Final[Mapping[str, Any]] = {
    "actor": "",
    "account": "",
    "agency": "",
    "purpose": "",
    "grant": "",
    "dataset": "",
    "version": None,
    "surface": "",
    "rows": 0,
    "items": (),
    "providers": (),
    "decision": "allowed",
    "reasons": (),
}

_MARK: Final = b',"hash":"'


def sm3(data: bytes) -> bytes:
    """SM3 digest (GB/T 32905-2016), 32 bytes."""
    from cryptography.hazmat.primitives import hashes

    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sha256(data: bytes) -> bytes:
    """SHA-256 digest (FIPS 180-4), 32 bytes."""
    return hashlib.sha256(data).digest()


DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"sha256": sha256, "sm3": sm3}
"""Algorithms a trail may be chained with; the name stands in every seal."""


def digest_named(algorithm: str) -> Callable[[bytes], bytes]:
    """The digest function called `algorithm`; raises ConfigurationError for one the hub does not have."""
    try:
        return DIGESTS[algorithm]
    except KeyError:
        raise ConfigurationError(
            "审计日志使用的摘要算法不受支持。请使用 sha256 或 sm3。",
            "The audit trail names a digest algorithm this hub does not have. Use sha256 or sm3.",
            code="audit_algorithm",
        ) from None


def shape(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The caller's `fields`, complete and in order; raises TypeError for a field that is unknown or `at` missing.

    `at` is a datetime with time zone and becomes ISO text in UTC to the microsecond.
    """
    unknown = set(fields) - set(FIELDS)
    if unknown or "at" not in fields:
        raise TypeError(f"audit record: unknown {sorted(unknown)}, or no moment given")
    at: datetime = fields["at"]
    shaped = {name: fields.get(name, DEFAULTS.get(name)) for name in FIELDS}
    shaped["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    for name in ("items", "providers", "reasons"):
        shaped[name] = list(shaped[name])
    return shaped


def line(
    shaped: Mapping[str, Any], *, seq: int, node: str, prev: str, digest: Callable[[bytes], bytes]
) -> tuple[bytes, str]:
    """The bytes of a record (with newline) and its hash in hex. `prev`: hash of the record before, '' at the start."""
    body = orjson.dumps({"seq": seq, "node": node, **shaped, "prev": prev})
    value = digest(body).hex()
    return body[:-1] + _MARK + value.encode() + b'"}\n', value


def parse(raw: bytes) -> dict[str, Any]:
    """A line as a dict; raises ValueError when it is not one JSON object."""
    parsed = orjson.loads(raw)
    if not isinstance(parsed, dict):
        raise ValueError("not a record")
    return parsed


def recompute(raw: bytes, digest: Callable[[bytes], bytes]) -> str | None:
    """The hash the bytes of a line (without newline) should carry, or None when it has no hash member at its end."""
    body, mark, _ = raw.rpartition(_MARK)
    return digest(body + b"}").hex() if mark else None
