"""What every column of a declared topic is made of; what cannot be followed is refused, never counted as nothing.

Stricter than tracing.py, which reads the hub's own SQL: of a CASE the conditions count as well, and so do, where a
value would come from nowhere (a constant picked by a condition, a register joined on), the conditions it hangs on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

Origin = tuple[str, str]


@dataclass(frozen=True)
class Made:
    """What a column is made of. mere: one column of an input, untouched; public: it tells nothing of any input."""

    origins: frozenset[Origin] = frozenset()
    mere: bool = False
    public: bool = False


Outputs = dict[str, Made]


class Untraced(ValueError):
    """A column cannot be followed to its source. Its text names the column."""


def made_of(query: exp.Query, known: Mapping[str, Outputs]) -> Outputs:
    """Output column → what it is made of. known: the columns of every table the query may read, in lower case.

    `query` is well formed (shape.py). Raises Untraced for a column that is in no table, or is given twice, and for one
    made of nothing that is neither a constant nor count(*).
    """
    known = dict(known)
    for named in query.ctes:
        known[named.alias] = _outputs(named.this, known)
    found = _outputs(query, known)
    for name, made in found.items():
        if not made.origins and not made.public:
            raise Untraced(name)
    return found


def _outputs(query: exp.Expr, known: Mapping[str, Outputs]) -> Outputs:
    columns = _columns(query, known)
    names = [name for name, _ in columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Untraced(twice)
    return dict(columns)


def _columns(query: exp.Expr, known: Mapping[str, Outputs]) -> list[tuple[str, Made]]:
    if isinstance(query, exp.Subquery):
        return _columns(query.this, known)
    if isinstance(query, exp.SetOperation):
        left, right = _columns(query.left, known), _columns(query.right, known)
        if len(left) != len(right):
            raise Untraced("UNION")
        return [
            (name, Made(mine.origins | other.origins, mine.mere and other.mere, mine.public and other.public))
            for (name, mine), (_, other) in zip(left, right, strict=True)
        ]
    assert isinstance(query, exp.Select)
    sources = _sources(query, known)
    _refuse_lateral(query)
    return [(one.alias_or_name.lower(), _made(one, query, sources)) for one in query.expressions]


def _refuse_lateral(select: exp.Select) -> None:
    """Raise for a column read by the name the same SELECT has just given one: it may be either."""
    given: set[str] = set()
    for one in select.expressions:
        for column in one.find_all(exp.Column):
            if not column.table and column.name.lower() in given:
                raise Untraced(column.name)
        if isinstance(one, exp.Alias):
            given.add(one.alias.lower())


def _made(projection: exp.Expr, select: exp.Select, sources: Mapping[str, Outputs]) -> Made:
    value = projection.unalias().unnest()
    made = _resolve(value, sources) if isinstance(value, exp.Column) else _computed(value, sources)
    if made.origins or _alone(value, select):
        return made
    # Which constant a row got, or which row of a register, tells of what it was picked by.
    return replace(made, origins=_conditions(select, sources))


def _computed(value: exp.Expr, sources: Mapping[str, Outputs]) -> Made:
    columns = list(value.find_all(exp.Column))
    if next(value.find_all(exp.AggFunc, exp.Window), None) is None:
        public = all(_resolve(column, sources).public for column in columns)
    else:
        public = _counts_rows(value)
    return Made(_origins(_value_columns(value), sources) or _origins(columns, sources), public=public)


def _alone(value: exp.Expr, select: exp.Select) -> bool:
    """Whether it is a constant or the number of rows, and of no branch of a union."""
    constant = next(value.find_all(exp.Column, exp.AggFunc, exp.Window), None) is None
    return (constant or _counts_rows(value)) and select.find_ancestor(exp.SetOperation) is None


def _counts_rows(value: exp.Expr) -> bool:
    return isinstance(value, exp.Count) and isinstance(value.this, exp.Star)


def _conditions(select: exp.Select, sources: Mapping[str, Outputs]) -> frozenset[Origin]:
    """Everything the rows of `select` are chosen and joined by."""
    joins = select.args.get("joins") or []
    parts = [part for join in joins if (part := join.args.get("on"))]
    parts += [part for name in ("where", "group", "having", "qualify") if (part := select.args.get(name))]
    if any(part.find(exp.Query) for part in parts):
        raise Untraced("WHERE ... (SELECT ...)")
    used = [exp.column(name.name) for join in joins for name in join.args.get("using") or ()]
    columns = [column for part in parts for column in part.find_all(exp.Column)]
    return _origins([*used, *(one for one in columns if not _is_alias(one, select, sources))], sources)


def _is_alias(column: exp.Column, select: exp.Select, sources: Mapping[str, Outputs]) -> bool:
    """Whether a condition names a column of the query itself, which counts on its own."""
    name = column.name.lower()
    there = any(name in outputs for outputs in sources.values())
    return not column.table and not there and name in {one.alias.lower() for one in select.expressions}


def _origins(columns: Iterable[exp.Column], sources: Mapping[str, Outputs]) -> frozenset[Origin]:
    return frozenset(origin for column in columns for origin in _resolve(column, sources).origins)


def _sources(select: exp.Select, known: Mapping[str, Outputs]) -> dict[str, Outputs]:
    start = select.args.get("from_")
    relations = [start.this] if start is not None else []
    relations += [join.this for join in select.args.get("joins") or []]
    found: dict[str, Outputs] = {}
    for relation in relations:
        name = relation.alias_or_name.lower()
        if not name or name in found:
            raise Untraced(name or "FROM (SELECT ...)")
        if isinstance(relation, exp.Subquery):
            found[name] = _outputs(relation.this, known)
        elif relation.name in known:
            found[name] = known[relation.name]
        else:
            raise Untraced(relation.name)
    return found


def _value_columns(node: exp.Expr) -> list[exp.Column]:
    """The columns a value is made of: of `arg_min(value, order) FILTER (...)` and of windows only the value."""
    if isinstance(node, exp.Column):
        return [node]
    if isinstance(node, exp.Filter | exp.ArgMin | exp.ArgMax | exp.Window):
        return _value_columns(node.this) or list(node.find_all(exp.Column))
    return [column for child in node.iter_expressions() for column in _value_columns(child)]


def _resolve(column: exp.Column, sources: Mapping[str, Outputs]) -> Made:
    """What a column is made of; of one that several tables have (USING), all of them."""
    name, table = column.name.lower(), column.table.lower()
    asked = [sources.get(table, {})] if table else list(sources.values())
    found = [outputs[name] for outputs in asked if name in outputs]
    if not found:
        raise Untraced(f"{table}.{name}" if table else name)
    if len(found) == 1:
        return found[0]
    origins = frozenset(origin for made in found for origin in made.origins)
    return Made(origins, all(made.mere for made in found), all(made.public for made in found))
