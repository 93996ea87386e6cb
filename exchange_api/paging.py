"""Page tokens: where the next page begins, sealed so that only the hub can read them and only the same query use them.

A token is AES-256-GCM over the position, bound to recipient, grant, dataset version and query: used anywhere else it
does not open. The position may hold the key of a granted row, so it is hidden as well: tokens end up in logs.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from catalog.errors import InvalidInput

NONCE: Final = 12
LASTS_SECONDS: Final = 3600


@dataclass(frozen=True)
class Position:
    """The next page begins at the first row whose order values are not below `values`, after `skip` rows from there."""

    values: tuple[str, ...]
    skip: int


def seal(key: bytes, position: Position, *, bound_to: Any, now: datetime) -> str:
    """The token for `position`; `bound_to` is any JSON value that names the query."""
    plain = orjson.dumps([position.values, position.skip, int(now.timestamp()) + LASTS_SECONDS])
    nonce = os.urandom(NONCE)
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, _bound(bound_to))).rstrip(b"=").decode()


def unseal(key: bytes, token: str, *, bound_to: Any, now: datetime) -> Position:
    """The position of a token; raises InvalidInput for one that is forged, too old or of another query."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        values, skip, until = orjson.loads(AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], _bound(bound_to)))
    except (InvalidTag, ValueError):
        raise _refused() from None
    if now.timestamp() >= until:
        raise _refused()
    return Position(tuple(values), skip)


def _bound(bound_to: Any) -> bytes:
    return orjson.dumps(bound_to, option=orjson.OPT_SORT_KEYS)


def _refused() -> InvalidInput:
    return InvalidInput(
        "翻页标记无效：它只能用于同一授权、同一版本、同一查询，一小时内有效。请从第一页重新开始。",
        "This page token does not fit: it holds for one hour, one grant, one version and one query. Start again.",
        code="page_invalid",
    )
