"""What the rows of a declared topic are picked by: a number of them, or a weak column, tells of that as well.

`SELECT count(*) ... WHERE identity number LIKE '33%'` carries digits out through a column that is made of nothing. So
every column says by which input columns its rows were picked, and declaring.py holds its grade against them.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from lake.bases.tracing.scopes import Choice, Made, Origin, Scope, Untraced, resolve

Inner = Mapping[int, Scope]
"""Scope of every query inside a condition, by the id of the query."""


def conditions(select: exp.Select) -> Iterator[exp.Expr]:
    """Every part of `select` that its rows hang on."""
    yield from _terms(select)
    yield from _kept_apart(select)


def rows_chosen(select: exp.Select, scope: Scope, inner: Inner) -> frozenset[Choice]:
    """What the rows of `select` are picked by, and before that those of the tables it reads.

    inner: the scopes of the queries inside its conditions. Raises Untraced for a column that is in no table, or may be
    either of two.
    """
    chosen = set(_inherited(scope))
    for join in select.args.get("joins") or []:
        for name in join.args.get("using") or ():
            chosen |= _using(resolve(exp.column(name.name), scope))
    for term in _terms(select):
        chosen |= _looked_at(term, select, scope, inner)
    for one in _kept_apart(select):
        if isinstance((_own(one, select) or one.unalias()).unnest(), exp.Column):
            chosen |= told_apart(_made(column, select, scope, inner) for column in _columns(one, select))
        else:  # what is computed is looked at, with the queries inside it
            chosen |= _looked_at(one, select, scope, inner)
    return frozenset(chosen)


def told_apart(columns: Iterable[Made]) -> frozenset[Choice]:
    """What rows are picked by that are kept apart by these columns: an untouched one is set equal to itself."""
    chosen: set[Choice] = set()
    for made in columns:
        single = made.mere and len(made.origins) == 1
        chosen |= {(origin, origin) for origin in made.origins} if single else each(made.origins)
        chosen |= made.looked
    return frozenset(chosen)


def each(origins: Iterable[Origin]) -> frozenset[Choice]:
    """Every origin as something rows are picked by on its own."""
    return frozenset((origin,) for origin in origins)


def _inherited(scope: Scope) -> frozenset[Choice]:
    return frozenset(choice for outputs in scope.values() for made in outputs.values() for choice in made.chosen)


def _using(made: Made) -> frozenset[Choice]:
    """Tables joined by a column all have; of a table joined to itself it is one column twice."""
    alike = tuple(sorted(made.origins))
    chosen = frozenset({alike if len(alike) > 1 else alike * 2}) if made.mere else each(made.origins)
    return chosen | made.looked


def _terms(select: exp.Select) -> Iterator[exp.Expr]:
    """Every condition of `select` by itself."""
    yield from (part for join in select.args.get("joins") or [] if (part := join.args.get("on")))
    yield from (part.this for name in ("where", "having", "qualify") if (part := select.args.get(name)))


def _kept_apart(select: exp.Select) -> Iterator[exp.Expr]:
    """What rows of `select` are grouped, put in order or told apart by."""
    group, order, distinct = (select.args.get(name) for name in ("group", "order", "distinct"))
    yield from group.expressions if group else ()
    yield from (one.this for one in order.expressions) if order else ()
    if distinct:
        on = distinct.args.get("on")
        yield from on.expressions if on else select.expressions


def _looked_at(term: exp.Expr, select: exp.Select, scope: Scope, inner: Inner) -> set[Choice]:
    """What a condition looks at, in queries inside it as well, with what those pick their rows by."""
    chosen: set[Choice] = set()
    for query in term.find_all(exp.Select):
        seen = inner[id(query)]
        chosen |= _inherited(seen)
        for name in {one.name for join in query.args.get("joins") or [] for one in join.args.get("using") or ()}:
            chosen |= _using(resolve(exp.column(name), seen))
    paired = _paired(term)
    for column in _columns(term, select):
        made = _made(column, select, scope, inner)
        sides = [_made(side, select, scope, inner) for side in paired.get(id(column), ())]
        if sides and all(side.mere and len(side.origins) == 1 for side in sides):
            chosen.add(tuple(sorted(origin for side in sides for origin in side.origins)))
        else:
            chosen |= each(made.origins)
        chosen |= made.looked
    return chosen


def _paired(term: exp.Expr) -> dict[int, tuple[exp.Column, exp.Column]]:
    """Columns that are set equal, `a = b` or `a IN (SELECT b ...)`, by the id of either."""
    sides = [(one.this, one.expression) for one in term.find_all(exp.EQ)]
    for one in term.find_all(exp.In):
        query = one.args.get("query")
        query = query.this if isinstance(query, exp.Subquery) else query
        if isinstance(query, exp.Select) and len(query.expressions) == 1:
            sides.append((one.this, query.expressions[0].unalias()))
    found: dict[int, tuple[exp.Column, exp.Column]] = {}
    for left, right in sides:
        if isinstance(left, exp.Column) and isinstance(right, exp.Column):
            found |= {id(left): (left, right), id(right): (left, right)}
    return found


def _made(column: exp.Column, select: exp.Select, scope: Scope, inner: Inner) -> Made:
    """What a column is made of, in the query it stands in, which sees those around it."""
    seen = dict(scope)
    for query in reversed(list(_queries_around(column, select))):
        seen |= inner[id(query)]
    return resolve(column, seen)


def _queries_around(node: exp.Expr, outermost: exp.Select) -> Iterator[exp.Select]:
    """The queries a node stands in, the nearest first, below the outermost."""
    above = node.find_ancestor(exp.Select)
    while above is not None and above is not outermost:
        yield above
        above = above.find_ancestor(exp.Select)


def _columns(node: exp.Expr, select: exp.Select) -> Iterator[exp.Column]:
    """The columns of a part of a query, those behind names of `select` itself instead of these."""
    own = _own(node, select)
    if own is not None:
        yield from own.find_all(exp.Column)  # within it, names are those of the tables
        return
    for column in node.find_all(exp.Column):
        yield from (_own(column, select) or column).find_all(exp.Column)


def _own(node: exp.Expr, select: exp.Select) -> exp.Expr | None:
    """What a place, or the name of a column of `select` itself, stands for; None for anything else."""
    given: list[exp.Expr] = select.expressions
    node = node.unnest()
    if node.is_int and 0 < int(node.name) <= len(given):
        return given[int(node.name) - 1].unalias()
    if not isinstance(node, exp.Column) or node.table or node.find_ancestor(exp.Select) is not select:
        return None
    return next(
        (one.this for one in given if isinstance(one, exp.Alias) and one.alias.lower() == node.name.lower()), None
    )


def check_names(select: exp.Select, scope: Scope) -> None:
    """Raise Untraced for a name that AS gives twice, or that is another column of a table as well: engines differ."""
    given = {one.alias.lower(): one.this for one in select.expressions if isinstance(one, exp.Alias)}
    names = [one.alias_or_name.lower() for one in select.expressions]
    if twice := next((name for name in given if names.count(name) > 1), None):
        raise Untraced(twice)
    for part in conditions(select):
        for column in part.find_all(exp.Column):
            value = given.get(column.name.lower()) if not column.table else None
            there = any(column.name.lower() in outputs for outputs in scope.values())
            own = isinstance(value, exp.Column) and value.name.lower() == column.name.lower()
            if value is not None and there and not own:
                raise Untraced(column.name.lower())
