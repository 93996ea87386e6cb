"""URLs of projected files: a permission in themselves, for one recipient, one file, one hour; checked at every request.

The signature's name is one that Delta kernels take for pre-signed (X-Amz-Signature). It covers everything the URL says;
beyond it, token and account must still stand, and policy must still allow what the file shows: revocation ends URLs,
and so does a dataset that is shared no more or whose items are to be masked by now.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from authorization.access import Caller
from authorization.permissions import Permission
from authorization.policy import Grant
from catalog.errors import NotAllowed
from exchange_api.hub import Hub
from exchange_api.reads import Read, Wish, allow
from lake.reading.projection import ProjectedFile

LASTS_SECONDS: Final = 3600
SIGNATURE: Final = "X-Amz-Signature"
SIGNED: Final = ("token", "grant", "version", "expires")


@dataclass(frozen=True)
class SignedUrl:
    """A file's URL and the second (Unix time) it ends."""

    url: str
    expires: int


@dataclass(frozen=True)
class Ticket:
    """What a URL that holds says: whose token, which grant, of which dataset version."""

    token_id: str
    holder: Caller
    grant: Grant
    version: int


def make(hub: Hub, read: Read, file: ProjectedFile) -> SignedUrl:
    """The URL under which the caller of `read` may fetch `file`."""
    expires = int(read.now.timestamp()) + LASTS_SECONDS
    path = f"/delta-sharing/files/{file.path.parent.name}/{file.path.name}"
    said = {
        "token": read.caller.token_id,
        "grant": read.plan.grant.code,
        "version": str(read.facts.version),
        "expires": str(expires),
    }
    query = urlencode({**said, SIGNATURE: _signature(hub.keys.urls, path, said)})
    return SignedUrl(f"{hub.settings.public_url.rstrip('/')}{path}?{query}", expires)


def check(hub: Hub, path: str, query: Mapping[str, str], *, fingerprint: str) -> Ticket:
    """What the URL allows; raises NotAllowed when it is forged, too old, or what it stands on was revoked.

    `fingerprint`: the policy the file was made under, as in its path; it must be the one policy has now. A refusal by
    policy is recorded.
    """
    said = {name: query.get(name, "") for name in SIGNED}
    now = hub.clock()
    holds = hmac.compare_digest(_signature(hub.keys.urls, path, said).encode(), query.get(SIGNATURE, "").encode())
    if not holds or now.timestamp() >= int(said["expires"]):
        raise _refused()
    grant = hub.access.grant(said["grant"])
    holder = hub.access.holder(said["token"], now)
    if grant is None or holder is None or not holder.may(Permission.GRANTED_SHARES_READ):
        raise _refused()
    holder = replace(holder, token_id=said["token"])
    wish = Wish(surface="delta_sharing", purpose=grant.purpose, grant=grant.code)
    if allow(hub, holder, hub.facts.of(grant.dataset), wish).projection.fingerprint != fingerprint:
        raise _refused()
    return Ticket(said["token"], holder, grant, int(said["version"]))


def _signature(key: bytes, path: str, said: Mapping[str, str]) -> str:
    text = "\n".join([path, *(f"{name}={said[name]}" for name in SIGNED)])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _refused() -> NotAllowed:
    return NotAllowed(
        "文件链接无效、已过期或授权已撤销。请重新查询共享表。",
        "This file URL is forged, too old, or its grant was revoked. Query the shared table again.",
        code="file_url_invalid",
    )
