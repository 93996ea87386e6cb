"""A department's business system (业务系统) as the lake's sources need it: kind, place, options, secret.

Also how options are written down, and that neither they nor the place hold a credential.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

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


SECRET_NAMES = frozenset(
    (
        "password",
        "secret",
        "secret_key",
        "client_secret",
        "access_key",
        "api_key",
        "private_key",
        "token",
        "bearertoken",
    )
)


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
    """Raise InvalidInput when location or options, which everybody who keeps systems can read, hold a credential."""
    if "@" in spec.location.partition("://")[2].partition("/")[0]:
        raise InvalidInput(
            "地址中不能带口令。请把口令写入 JSON 文件，用 --secret-file 给出。",
            "The location must not hold credentials. Put them into a JSON file and give it with --secret-file.",
            code="location_holds_secret",
        )
    if found := sorted(SECRET_NAMES & set(_names(spec.options))):
        raise InvalidInput(
            f"选项 {'、'.join(found)} 像是口令，不能放在选项里。请写入口令文件。",
            f"Option {', '.join(found)} looks like a credential, which options must not hold. Put it into the secret.",
            code="option_holds_secret",
            names=found,
        )


def _names(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        yield str(name).lower()
        if isinstance(value, Mapping):
            yield from _names(value)


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
