"""Passwords (Argon2id, RFC 9106) and tokens (256 random bits): making and checking them. No database here.

A token reads `shuniu_<id>_<secret>`: the id finds the row, the secret is compared as a hash in constant time. A plain
SHA-256 is enough for 256 random bits; a password, which has few, gets Argon2id.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from catalog.errors import InvalidInput

TOKEN: Final = re.compile(r"^shuniu_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$")
PASSWORD_LENGTH: Final = range(10, 129)
LONG: Final = 16
_KINDS: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class NewToken:
    """A token just made. `text` is shown once and never stored."""

    token_id: str
    text: str
    secret_hash: str


def new_token() -> NewToken:
    """A fresh token."""
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return NewToken(token_id, f"shuniu_{token_id}_{secret}", _hash(secret))


def split_token(text: str) -> tuple[str, str] | None:
    """(token id, hash of the secret) of a token's text; None when it has not the form of one."""
    match = TOKEN.match(text)
    return (match[1], _hash(match[2])) if match else None


def same_secret(offered_hash: str, stored_hash: str) -> bool:
    """Whether two secret hashes are equal, in constant time."""
    return hmac.compare_digest(offered_hash, stored_hash)


def hash_password(password: str) -> str:
    """Argon2id hash of a password; raises InvalidInput when it is too weak (GB/T 22239-2019 8.1.4.1).

    10 to 128 characters of at least three of: lower case, upper case, digits, others; from 16 on two of them do.
    """
    kinds = sum(bool(re.search(pattern, password)) for pattern in _KINDS)
    wanted = 2 if len(password) >= LONG else 3
    if len(password) not in PASSWORD_LENGTH or kinds < wanted:
        raise InvalidInput(
            "口令太弱：需 10 到 128 位，并至少含大写、小写、数字、符号中的三类（16 位以上两类即可）。",
            "The password is too weak: 10 to 128 characters of at least three kinds (lower, upper, digits, others),"
            " or two from 16 characters on.",
            code="password_weak",
        )
    return _hasher().hash(password)


def password_holds(password: str, stored: str | None) -> bool:
    """Whether `password` belongs to the hash. Without a hash the same work is done, so that time tells nothing."""
    try:
        held = _hasher().verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return held and stored is not None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
