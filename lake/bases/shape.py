"""What a declared topic's SQL may be made of: the few forms whose tables and columns can be told without a doubt.

Everything else is refused, however harmless: what the lineage cannot follow, the check of grades cannot see.
"""

import re
from collections.abc import Iterator

from sqlglot import exp

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_FORMS = (
    *(exp.Select, exp.SetOperation, exp.Subquery, exp.With, exp.CTE, exp.Table, exp.TableAlias, exp.From, exp.Join),
    *(exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct),
    *(exp.Identifier, exp.Column, exp.Alias, exp.Literal, exp.Null, exp.Boolean, exp.Star, exp.Paren, exp.Tuple),
    *(exp.Binary, exp.Not, exp.Neg, exp.Between, exp.In, exp.Func, exp.Filter, exp.Window, exp.WindowSpec),
    *(exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var),
)
_NAMED = (exp.Column, exp.Alias, exp.TableAlias, exp.Table, exp.Join)
"""Where a name may stand: elsewhere it may be a column that nobody sees as one."""
_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        {"with_", "expressions", "from_", "joins", "where", "group", "having", "qualify", "order", "limit", "offset"}
        | {"distinct"}
    ),
    exp.SetOperation: frozenset({"with_", "this", "expression", "distinct", "order", "limit", "offset"}),
    exp.Subquery: frozenset({"this", "alias"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Table: frozenset({"this", "alias"}),
    exp.TableAlias: frozenset({"this"}),
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.Group: frozenset({"expressions"}),
    exp.Column: frozenset({"this", "table"}),
}
_SAID = {
    "alias": "a list of columns behind a name: AS inside the query instead",
    "columns": "a list of columns behind a name: AS inside the query instead",
    "recursive": "WITH RECURSIVE",
    "by_name": "UNION BY NAME",
    "pivots": "PIVOT or UNPIVOT",
    "db": "a name of three parts",
    "catalog": "a name of three parts",
    "method": "a join that is neither INNER, LEFT, RIGHT, FULL nor CROSS",
}


def misshapen(query: exp.Query) -> dict[str, exp.Expr]:
    """What in `query` is none of the forms allowed, sorted, with the first part it is said of."""
    told: dict[str, exp.Expr] = {}
    for node in query.walk():
        for one in _odd(node):
            told.setdefault(one, node)
    for one in _names(query):
        told.setdefault(one, query)
    return dict(sorted(told.items()))


def tables_of(query: exp.Query) -> frozenset[str]:
    """The tables a well-formed query reads; its own named parts (WITH) are none."""
    return frozenset(table.name for table in query.find_all(exp.Table)) - {cte.alias for cte in query.ctes}


def _odd(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.PositionalColumn):
        yield "a column by its place (#2): name it"
    elif isinstance(node, exp.Pivot):
        yield "PIVOT or UNPIVOT"
    elif isinstance(node, exp.Dot | exp.PropertyEQ):
        yield "a function behind a dot, a.b.f(): write f(a.b)"
    elif not isinstance(node, _FORMS):
        yield f"{type(node).__name__.upper()}, which the lineage does not follow"
    elif isinstance(node, exp.Group) and node.find(exp.Tuple):
        yield "several columns in brackets in GROUP BY: leave the brackets out"
    elif isinstance(node, exp.Limit | exp.Offset) and not node.expression.is_int:
        yield "LIMIT or OFFSET with anything but a whole number"
    elif isinstance(node, exp.Identifier) and not isinstance(node.parent, _NAMED):
        yield "a name that is neither of a column nor of a table"
    elif isinstance(node, exp.Identifier) and not _NAME.fullmatch(node.name):
        yield "a name with other signs than a-z, 0-9 and _"
    else:
        yield from _parts(node)
    yield from _relation(node)


def _parts(node: exp.Expr) -> Iterator[str]:
    for kind, allowed in _PARTS.items():
        if isinstance(node, kind):
            for part in (name for name, value in node.args.items() if value and name not in allowed):
                yield _SAID.get(part, f"{part.rstrip('_').upper()} in {type(node).__name__.upper()}")


def _relation(node: exp.Expr) -> Iterator[str]:
    """FROM and JOIN take a table or a query in brackets, either under one plain name."""
    if isinstance(node, exp.From | exp.Join) and not isinstance(node.this, exp.Table | exp.Subquery):
        yield f"{type(node.this).__name__.upper()} in FROM: a table or a query only"
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        yield "a function in FROM: no base or topic"
    if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
        yield "brackets around a join"
    if isinstance(node, exp.Table | exp.CTE):
        name = node.name if isinstance(node, exp.Table) else node.alias
        if not _NAME.fullmatch(name) or name != name.lower():
            yield "the name of a table or of WITH with other signs than a-z, 0-9 and _: no base or topic"


def _in_a_condition(query: exp.Expr) -> bool:
    """Whether a query is part of a condition: neither the whole, nor of WITH, a union or FROM, all the way up."""
    inside, above = query, query.parent
    while above is not None:
        stands = isinstance(above, exp.SetOperation | exp.CTE | exp.With) or (
            isinstance(above, exp.Subquery | exp.From | exp.Join) and above.this is inside
        )
        if not (stands or (isinstance(above, exp.Query) and isinstance(inside, exp.From | exp.Join | exp.With))):
            return True
        inside, above = above, above.parent
    return False


def _unnamed(query: exp.Query) -> bool:
    """Whether a column of a query that others read is neither named nor a mere column: engines name it differently."""
    return any(
        not isinstance(one, exp.Column | exp.Alias)
        for select in query.find_all(exp.Select)
        if not _in_a_condition(select) and not _is_second(select)
        for one in select.expressions
    )


def _is_second(select: exp.Select) -> bool:
    """Whether it is the second branch of a union, whose columns are called as in the first."""
    inside: exp.Expr = select
    while isinstance(inside.parent, exp.Subquery):
        inside = inside.parent
    return isinstance(inside.parent, exp.SetOperation) and inside.parent.expression is inside


def _names(query: exp.Query) -> Iterator[str]:
    """WITH stands once, in front, and every name of it is given once and read only behind it."""
    relations = {one.alias_or_name.lower() for one in query.find_all(exp.Table, exp.Subquery, exp.CTE)}
    if "alias" in relations:
        yield "a table called alias: alias.x is what AS has named x"
    bare = [one for one in query.find_all(exp.Column) if not one.table]
    if any(one.name.lower() in relations for one in bare):
        yield "a column named like a table or its alias, without its table: it may be the whole row"
    if any(_in_a_condition(select) for one in bare if (select := one.find_ancestor(exp.Select))):
        yield "a column without its table in a query inside a condition: write alias.column"
    if any(isinstance(one.find_ancestor(exp.Join, exp.Select), exp.Join) for one in bare):
        yield "a column without its table in ON, which sees only the tables before it: write alias.column"
    if _unnamed(query):
        yield "a computed column without a name: AS gives it one"
    if any(one.parent is not query for one in query.find_all(exp.With)):
        yield "WITH inside a query: only in front of the whole"
    named = [cte.alias for cte in query.ctes]
    if len(set(named)) < len(named):
        yield "a name given twice by WITH"
    for at, cte in enumerate(query.ctes):
        if {table.name for table in cte.find_all(exp.Table)} & set(named[at:]):
            yield "a name of WITH read before it is given"
