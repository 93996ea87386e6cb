"""A department's business system (业务系统) as the lake's sources need it: kind, place, options, secret.

Also how options are written down, and that neither they nor the place hold a credential.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from catalog.errors import InvalidInput

KINDS = ("postgresql", "mysql", "sqlite", "sql", "files", "sftp", "s3", "rest", "mqtt", "ndjson", "upstream")
"""Kinds of systems the lake can read; lake.sources has one module for each."""


@dataclass(frozen=True)
class SystemSpec:
    """Where a department's data comes from. `secret` is kept encrypted in the registry and never printed.

    kind: one of KINDS. location: URL without credentials, or a folder.
    """

    code: str
    agency: str
    kind: str
    location: str
    options: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict, repr=False)


OPEN_NAMES: Final = frozenset(("hostkey", "apikeyheader", "keyheader", "signatureheader", "tokenpath"))
"""Options that only sound like credentials: a server's public key, names of headers, where tokens are fetched."""
_SECRET_PARTS: Final = ("pass", "pwd", "secret", "token", "key", "auth", "credential", "bearer", "cookie", "signature")
_AUTHORITY: Final = re.compile(r"^[a-z][a-z0-9+.-]*:/*([^/?#]*)", re.IGNORECASE)
_PROOF: Final = re.compile(r"^\s*(bearer|basic)\s+\S", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"([^\s=&;?#{}]+)\s*=")
_LOGIN: Final = frozenset(("user", "username", "uid", "login"))


def option_tree(entries: Iterable[str]) -> dict[str, Any]:
    """Options written as `name=value`: dots nest (`feedback.way=folder`), a value that is JSON is taken as such.

    Raises InvalidInput for an entry without a name or a value, and for a name that is both a value and a branch.
    """
    tree: dict[str, Any] = {}
    for entry in entries:
        name, given, text = entry.partition("=")
        steps = [step.strip() for step in name.split(".")]
        if not given or not all(steps):
            raise _not_an_option(name)
        branch = tree
        for step in steps[:-1]:
            branch = branch.setdefault(step, {})
            if not isinstance(branch, dict):
                raise _not_an_option(name)
        if isinstance(branch.get(steps[-1]), dict):
            raise _not_an_option(name)
        branch[steps[-1]] = _value(text)
    return tree


def check_open(spec: SystemSpec) -> None:
    """Raise InvalidInput when location or options, which everybody who keeps systems can read, hold a credential.

    Also for a location that is no URL that can be read back: control characters, blanks around it, a port that is none.
    """
    if not _readable(spec.location):
        raise InvalidInput(
            "地址写得不对：不能有首尾空格或控制字符，端口须是数字。请改正。",
            "The location cannot be read: no blanks around it, no control characters, and a port is a number.",
            code="location_unreadable",
        )
    # A database URL may have a slash in its password, so no sign before it tells where the host begins.
    if _holds_login(spec.location) or (spec.kind == "sql" and "@" in spec.location):
        raise InvalidInput(
            "地址中不能带用户名或口令。请把它们写入 JSON 文件，用 --secret-file 给出。",
            "The location must not hold credentials. Put them into a JSON file and give it with --secret-file.",
            code="location_holds_secret",
        )
    if found := sorted(set(_secrets(spec.options))):
        raise InvalidInput(
            f"选项 {'、'.join(found)} 像是口令，不能放在选项里。请写入口令文件。",
            f"Option {', '.join(found)} looks like a credential, which options must not hold. Put it into the secret.",
            code="option_holds_secret",
            names=found,
        )


def sounds_secret(name: str) -> bool:
    """Whether an option or parameter called `name` is likely to hold a credential, however it is spelled."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain not in OPEN_NAMES and any(part in plain for part in _SECRET_PARTS)


def _readable(location: str) -> bool:
    if location != location.strip() or any(sign < " " or sign == "\x7f" for sign in location):
        return False
    try:
        parts = urlsplit(location)
        return not parts.netloc or parts.port is None or parts.port > 0
    except ValueError:
        return False


def _holds_login(location: str) -> bool:
    """A login before the host, with or without slashes before it, or a parameter that is one."""
    authority = _AUTHORITY.match(location.replace("\\", "/"))
    if authority and "@" in authority[1]:
        return True
    # What a parameter holds may itself be a list of them (ODBC), coded once or twice.
    asked = unquote(unquote(location.partition("?")[2] + location.partition("#")[2] + location.partition(";")[2]))
    return any(sounds_secret(name) or name.lower() in _LOGIN for name in _PARAMETER.findall(asked))


def _secrets(value: Any, name: str = "") -> Iterator[str]:
    """The names under which `value`, to any depth of objects and lists, holds what looks like a credential."""
    if isinstance(value, Mapping):
        for inner, held in value.items():
            if sounds_secret(str(inner)):
                yield str(inner).lower()
            else:
                yield from _secrets(held, str(inner).lower())
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _secrets(held, name)
    elif isinstance(value, str) and (_PROOF.match(value) or ("://" in value and _holds_login(value))):
        yield name


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _not_an_option(name: str) -> InvalidInput:
    return InvalidInput(
        f"选项 {name} 写得不对。应写成 名=值，嵌套用点，例如 feedback.way=folder；值可以是 JSON。",
        f"Option {name} is not written as one. Write name=value, with dots to nest, such as feedback.way=folder; values"
        " may be JSON.",
        code="option_invalid",
    )
