"""What every column of a declared topic is made of; what cannot be followed is refused, never counted as nothing.

Stricter than the lineage of the hub's own SQL beside it: of a CASE the conditions count as well, and so do, where a
value would come from nowhere (a constant picked by a condition, a register joined on), the conditions it hangs on.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from lake.bases.tracing.choices import check_names, conditions, each, rows_chosen, told_apart
from lake.bases.tracing.scopes import Choice, Made, Origin, Outputs, Scope, Untraced, is_alias, origins_of, resolve


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
        columns = [(name, _either(mine, other)) for (name, mine), (_, other) in zip(left, right, strict=True)]
        if isinstance(query, exp.Union) and not _keeps_apart(query):
            return columns
        # Which rows stay hangs on every column of both sides.
        rows = told_apart(made for _, made in columns)
        return [(name, replace(made, chosen=made.chosen | rows)) for name, made in columns]
    assert isinstance(query, exp.Select)
    sources = _sources(query, known)
    _refuse_lateral(query)
    check_names(query, sources)
    inside = [one for part in conditions(query) for one in part.find_all(exp.Select)]
    rows = rows_chosen(query, sources, {id(one): _sources(one, known) for one in inside})
    return [(one.alias_or_name.lower(), _picked(one, query, sources, rows)) for one in query.expressions]


def _keeps_apart(union: exp.Union) -> bool:
    """Whether rows of a union that are alike become one, or are put in order or cut by its columns."""
    return bool(union.args.get("distinct") or union.args.get("order") or union.args.get("limit"))


def _either(mine: Made, other: Made) -> Made:
    """What a column of a union is made of."""
    return Made(
        mine.origins | other.origins,
        mine.mere and other.mere,
        mine.public and other.public,
        mine.chosen | other.chosen,
        mine.looked | other.looked,
    )


def _picked(projection: exp.Expr, select: exp.Select, sources: Scope, rows: frozenset[Choice]) -> Made:
    """A column with what its rows are picked by; a computed one looks by itself: arg_max, windows, FILTER, CASE."""
    made = _made(projection, select, sources)
    if isinstance(projection.unalias().unnest(), exp.Column):
        return replace(made, chosen=rows)
    columns = [resolve(column, sources) for column in projection.find_all(exp.Column)]
    looked = frozenset(choice for one in columns for choice in one.looked)
    return replace(made, chosen=rows, looked=looked | each(origin for one in columns for origin in one.origins))


def _refuse_lateral(select: exp.Select) -> None:
    """Raise for a column read by the name the same SELECT has just given one: it may be either."""
    given: set[str] = set()
    for one in select.expressions:
        for column in one.find_all(exp.Column):
            if not column.table and column.name.lower() in given:
                raise Untraced(column.name)
        if isinstance(one, exp.Alias):
            given.add(one.alias.lower())


def _made(projection: exp.Expr, select: exp.Select, sources: Scope) -> Made:
    value = projection.unalias().unnest()
    made = resolve(value, sources) if isinstance(value, exp.Column) else _computed(value, sources)
    if made.origins or _alone(value, select):
        return made
    # Which constant a row got, or which row of a register, tells of what it was picked by.
    return replace(made, origins=_conditions(select, sources))


def _computed(value: exp.Expr, sources: Scope) -> Made:
    columns = list(value.find_all(exp.Column))
    if next(value.find_all(exp.AggFunc, exp.Window), None) is None:
        public = all(resolve(column, sources).public for column in columns)
    else:
        public = _counts_rows(value)
    return Made(origins_of(_value_columns(value), sources) or origins_of(columns, sources), public=public)


def _alone(value: exp.Expr, select: exp.Select) -> bool:
    """Whether it is a constant or the number of rows, and of no branch of a union."""
    constant = next(value.find_all(exp.Column, exp.AggFunc, exp.Window), None) is None
    return (constant or _counts_rows(value)) and select.find_ancestor(exp.SetOperation) is None


def _counts_rows(value: exp.Expr) -> bool:
    return isinstance(value, exp.Count) and isinstance(value.this, exp.Star)


def _conditions(select: exp.Select, sources: Scope) -> frozenset[Origin]:
    """Everything the rows of `select` are chosen and joined by."""
    joins = select.args.get("joins") or []
    parts = [part for join in joins if (part := join.args.get("on"))]
    parts += [part for name in ("where", "group", "having", "qualify") if (part := select.args.get(name))]
    if any(part.find(exp.Query) for part in parts):
        raise Untraced("WHERE ... (SELECT ...)")
    used = [exp.column(name.name) for join in joins for name in join.args.get("using") or ()]
    columns = [column for part in parts for column in part.find_all(exp.Column)]
    return origins_of([*used, *(one for one in columns if not is_alias(one, select, sources))], sources)


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
