"""A matching task, frozen: which columns play which role, which sources hold nobody twice, how much may be compared.

Tasks are versioned JSON files in lake/matching/models/. Nothing is trained or read from data here.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from catalog.errors import ConfigurationError
from lake.matching.roles import ROLES

_UNSAFE = re.compile(r"[^A-Za-z0-9]")
MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the records and the role it plays (a key of roles.ROLES). title: its name for people, if another."""

    name: str
    role: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What to match.

    single: sources that hold every entity at most once; register: the source that should hold all of them, so that an
    identity number found there needs no further search; pairs_per_record: pairs that meet at most, on average; nearest:
    candidates of a record that are compared; veto: columns that must have more than one part in common (twins); weak:
    what numbers begin with that name an entity but do not tell it from one with a number of another kind.
    """

    name: str
    columns: tuple[Column, ...]
    version: int = 1
    single: tuple[str, ...] = ()
    register: str | None = None
    pairs_per_record: int = 100
    nearest: int = 30
    veto: tuple[str, ...] = ()
    weak: str = ""
    seed: int = 20250801

    def __post_init__(self) -> None:
        unknown = sorted({column.role for column in self.columns} - set(ROLES))
        if unknown or len({column.name for column in self.columns}) != len(self.columns) or not self.columns:
            raise ConfigurationError(
                f"匹配任务 {self.name} 的列重复、为空或角色未知。请改正列与角色。",
                f"Matching task {self.name} has columns twice, none at all or of unknown roles. Correct its columns.",
                code="matching_task_invalid",
                task=self.name,
                roles=unknown,
            )

    def first(self, *roles: str) -> Column | None:
        """The first column with one of these roles."""
        return next((column for column in self.columns if column.role in roles), None)

    def renamed(self) -> Task:
        """The same task with column names any engine takes without quotes; the names given stay as titles."""
        names = {column.name: f"m{n}_{_UNSAFE.sub('', column.name)}" for n, column in enumerate(self.columns)}
        columns = tuple(Column(names[column.name], column.role, column.name) for column in self.columns)
        return replace(self, columns=columns, veto=tuple(names[name] for name in self.veto))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `task_from` reads them back."""
        return asdict(self)


def task_from(document: dict[str, Any]) -> Task:
    """The task of a JSON document as `Task.to_dict` writes it. Raises ConfigurationError for unknown roles."""
    known = dict(document)
    known["columns"] = tuple(Column(**column) for column in document["columns"])
    known.update({name: tuple(document.get(name, ())) for name in ("single", "veto")})
    return Task(**known)


def load_task(name: str) -> Task:
    """The versioned task `name` of lake/matching/models/. Raises ConfigurationError when there is none."""
    path = MODELS / f"{name}.json"
    if not path.is_file():
        raise ConfigurationError(
            f"没有名为 {name} 的匹配任务。请选用 lake/matching/models 中的任务。",
            f"There is no matching task {name}. Choose one of lake/matching/models.",
            code="matching_task_unknown",
            task=name,
        )
    return task_from(json.loads(path.read_text(encoding="utf-8")))
