"""The columns that a query of a declared topic may name, and what each of them is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

Origin = tuple[str, str]
Choice = tuple[Origin, ...]
"""What rows are picked by: one input column, or several that are set equal, each as it stands in its table."""


@dataclass(frozen=True)
class Made:
    """What a column is made of, what its rows are picked by (chosen), and what it looks at by itself (looked).

    mere: one column of an input, untouched; public: it tells nothing of any input.
    """

    origins: frozenset[Origin] = frozenset()
    mere: bool = False
    public: bool = False
    chosen: frozenset[Choice] = frozenset()
    looked: frozenset[Choice] = frozenset()


Outputs = dict[str, Made]
Scope = Mapping[str, Outputs]
"""Alias -> the columns of a relation of FROM and JOIN."""


class Untraced(ValueError):
    """A column cannot be followed to its source. Its text names the column."""


def resolve(column: exp.Column, scope: Scope) -> Made:
    """What a column is made of; of one that several tables have (USING), all of them. Raises Untraced for none."""
    found = _found(column, scope)
    if not found:
        raise Untraced(f"{column.table.lower()}.{column.name.lower()}" if column.table else column.name.lower())
    if len(found) == 1:
        return found[0]
    origins = frozenset(origin for made in found for origin in made.origins)
    looked = frozenset(choice for made in found for choice in made.looked)
    return Made(origins, all(made.mere for made in found), all(made.public for made in found), looked=looked)


def origins_of(columns: Iterable[exp.Column], scope: Scope) -> frozenset[Origin]:
    """The input columns that `columns` are made of."""
    return frozenset(origin for column in columns for origin in resolve(column, scope).origins)


def is_alias(column: exp.Column, select: exp.Select, scope: Scope) -> bool:
    """Whether a condition names a column of the query itself, which counts on its own."""
    own = {one.alias.lower() for one in select.expressions if isinstance(one, exp.Alias)}
    return not column.table and not _found(column, scope) and column.name.lower() in own


def _found(column: exp.Column, scope: Scope) -> list[Made]:
    table, name = column.table.lower(), column.name.lower()
    asked = [scope.get(table, {})] if table else list(scope.values())
    return [outputs[name] for outputs in asked if name in outputs]
