"""What the rows of a declared topic are picked by: a number of them, or a weak column, tells of that as well.

`SELECT count(*) ... WHERE identity number LIKE '33%'` carries digits out through a column that is made of nothing. So
every column says by which input columns its rows were picked, and declaring.py holds its grade against them.
"""

from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from lake.bases.tracing.scopes import Choice, Made, Origin, Scope, is_alias, mere, origins_of, resolve


def each(origins: Iterable[Origin]) -> frozenset[Choice]:
    """Every origin as something rows are picked by on its own."""
    return frozenset((origin,) for origin in origins)


def is_cut(query: exp.Expr) -> bool:
    """Whether only some rows of its order are kept."""
    return bool(query.args.get("limit") or query.args.get("offset"))


def rows_chosen(select: exp.Select, scope: Scope, inner: Callable[[exp.Select], Scope]) -> frozenset[Choice]:
    """What the rows of `select` are picked by, and before that those of the tables it reads.

    inner: the scope of a query inside one of the conditions. Raises Untraced for a column that is in no table.
    """
    chosen = set(_inherited(scope))
    joins = select.args.get("joins") or []
    for name in {name.name for join in joins for name in join.args.get("using") or ()}:
        chosen |= _using(resolve(exp.column(name), scope))
    for term in _terms(select, scope):
        sides = [mere(side, scope) for side in (term.this, term.expression)] if isinstance(term, exp.EQ) else []
        if sides and all(sides):
            chosen.add(tuple(sorted(origin for side in sides if side for origin in side.origins)))
        else:
            chosen |= _looked_at(term, select, scope, inner)
    return frozenset(chosen)


def _inherited(scope: Scope) -> frozenset[Choice]:
    return frozenset(choice for outputs in scope.values() for made in outputs.values() for choice in made.chosen)


def _using(made: Made) -> frozenset[Choice]:
    """Two tables joined by a column both have; of a table joined to itself it is one column twice."""
    both = tuple(sorted(made.origins))
    return frozenset({both if len(both) > 1 else both * 2}) if made.mere and len(both) <= 2 else each(made.origins)


def _terms(select: exp.Select, scope: Scope) -> Iterator[exp.Expr]:
    """Every condition by itself, what is grouped by where that is computed, and an order that picks or tells rows."""
    parts = [part for join in select.args.get("joins") or [] if (part := join.args.get("on"))]
    parts += [part.this for name in ("where", "having", "qualify") if (part := select.args.get(name))]
    for part in parts:
        yield from part.flatten() if isinstance(part, exp.And) else [part]
    group, order, distinct = (select.args.get(name) for name in ("group", "order", "distinct"))
    grouped = [_meant(one, select, scope) for one in group.expressions] if group else []
    yield from (one for one in grouped if mere(one, scope) is None)
    first = distinct.args.get("on") if distinct else None
    yield from first.expressions if first else ()
    shown = {one.unalias().sql() for one in select.expressions}
    ordered = [_meant(one.this, select, scope) for one in order.expressions] if order else []
    yield from (one for one in ordered if first or is_cut(select) or one.sql() not in shown)


def _looked_at(
    term: exp.Expr, select: exp.Select, scope: Scope, inner: Callable[[exp.Select], Scope]
) -> frozenset[Choice]:
    """Every input column a condition looks at, in queries inside it as well, with what those pick their rows by."""
    scopes = {id(one): inner(one) for one in term.find_all(exp.Select)}
    chosen = {choice for one in scopes.values() for choice in _inherited(one)}
    for column in (
        one for asked in term.find_all(exp.Column) for one in _meant(asked, select, scope).find_all(exp.Column)
    ):
        seen = dict(scope)
        for around in reversed(list(_queries_around(column))):
            seen |= scopes.get(id(around), {})
        chosen |= each(resolve(column, seen).origins)
    return frozenset(chosen)


def _queries_around(node: exp.Expr) -> Iterator[exp.Select]:
    """The queries a node stands in, the nearest first."""
    above = node.find_ancestor(exp.Select)
    while above is not None:
        yield above
        above = above.find_ancestor(exp.Select)


def _meant(node: exp.Expr, select: exp.Select, scope: Scope) -> exp.Expr:
    """A place, or the name of a column of `select` itself, stands for what is computed there."""
    own: list[exp.Expr] = select.expressions
    if node.is_int and 0 < int(node.name) <= len(own):
        return own[int(node.name) - 1].unalias()
    if isinstance(node, exp.Column) and is_alias(node, select, scope):
        node = next(one for one in own if one.alias.lower() == node.name.lower())
    return node.unalias()


def looked_at_by(projection: exp.Expr, scope: Scope) -> frozenset[Choice]:
    """What a computed column looks at: the order of arg_max and of windows, FILTER, the conditions of a CASE."""
    return each(origins_of(projection.find_all(exp.Column), scope))
