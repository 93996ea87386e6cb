"""A department's business system (业务系统) as the lake's sources need it: kind, place, options, secret."""

from dataclasses import dataclass, field
from typing import Any

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
