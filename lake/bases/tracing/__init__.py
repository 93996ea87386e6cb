"""Column lineage read off the SQL itself: which input items the values of an output item are made of.

Followed are the columns a value is computed from; columns that only choose, order or join rows are not its source.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import sqlglot
from sqlglot import exp

from catalog.errors import InvalidInput
from lake.bases import wording
from lake.bases.inputs import columns_of, linked_base
from lake.bases.model import BaseModel
from lake.bases.tracing.origins import made_of
from lake.bases.tracing.scopes import Choice, Made, Untraced

SMALL = {
    "hub": ("hub_id",),
    "division_register": ("code", "name", "valid_to", "successor"),
    "building_day": ("day",),
}
"""Relations a declared topic may read that are no tables of the lake, with their columns: nothing of them is secret."""
ENTITY = "person_no"
"""Data element of the ids that the hub gives to people, in its own tables."""
Origin = tuple[str, str]
Outputs = dict[str, frozenset[Origin]]


def lineage(model: BaseModel, models: Mapping[str, BaseModel]) -> list[tuple[str, str, str]]:
    """(item, input table, input item), sorted. Technical columns are left out; links count as their base.

    Of a declared topic see `declared_lineage`, also for what is raised.
    """
    if model.contract is not None:
        made = declared_lineage(model, models)
        return sorted({(item, table, column) for item, one in made.items() for table, column in one.origins})
    known: dict[str, Outputs] = {
        name: {column: frozenset({(name, column)}) for column in columns_of(name, models)} for name in model.inputs
    }
    for step in model.steps:
        known[step] = _outputs(_parsed(model.sql(step)), known)
    edges = {
        (item, linked_base(table) or table, column)
        for item, origins in known[model.steps[-1]].items()
        for table, column in origins
        if not column.startswith("_")
    }
    return sorted(edges)


def declared_lineage(model: BaseModel, models: Mapping[str, BaseModel]) -> dict[str, Made]:
    """Item → what it is made of, of a declared topic. Raises InvalidInput for one that cannot be followed."""
    known = {name: _given(name, models) for name in model.inputs}
    known |= {name: dict.fromkeys(columns, Made(public=True)) for name, columns in SMALL.items()}
    query = _parsed(model.sql(model.steps[-1]))
    assert isinstance(query, exp.Query)
    try:
        return made_of(query, known)
    except Untraced as untraced:
        zh, en = place_of(model, str(untraced), models)
        raise InvalidInput(
            f"主题库 {model.name} 的 {untraced}{zh} 查不出来自哪个数据项。请写明“表别名.列名”，"
            "避免列序号、同名列、整行引用，以及 AS 所取的名称与表中另一列相同；没有来源的列只能是常量或 count(*)。",
            f"Topic {model.name}: it cannot be told what {untraced}{en} is made of. Write alias.column, no"
            " places, columns named twice, whole rows, or names that AS takes from another column of a table; without a"
            " source stand only constants and count(*).",
            code="topic_untraced",
            topic=model.name,
        ) from None


def _given(name: str, models: Mapping[str, BaseModel]) -> dict[str, Made]:
    """The columns of an input. Being in it at all may tell of something: rows chosen from it are chosen by that."""
    source = models[name]
    chosen: frozenset[Choice] = frozenset({((name, source.membership),)} if source.membership else ())
    if source.contract is not None:
        excused = source.contract.options.get("graded_down", [])
        made = declared_lineage(source, models)
        chosen = frozenset(choice for item, one in made.items() if item not in excused for choice in one.chosen)
        # Where a lower grade was found right, what picked the rows tells no more than the item was graded.
        chosen |= {((name, item),) for item, one in made.items() if item in excused and one.chosen}
    columns = columns_of(name, models)
    return {column.lower(): Made(frozenset({(name, column)}), mere=True, chosen=chosen) for column in columns}


def is_entity(table: str, column: str, models: Mapping[str, BaseModel]) -> bool:
    """Whether a column holds ids of people that the hub made up and nothing else: to set two equal tells nothing.

    Of a declared topic only if it repeats such a column; what its contract says it is counts for nothing.
    """
    model = models[table]
    if model.contract is None:
        return next(item for item in model.items if item.name == column).element == ENTITY
    made = declared_lineage(model, models).get(column)
    return made is not None and made.mere and all(is_entity(*origin, models) for origin in made.origins)


def place_of(model: BaseModel, name: str, models: Mapping[str, BaseModel], *, table: bool = False) -> wording.Pair:
    """Where a declared topic writes `name`, a column with or without its alias or a `table`, and which was meant."""
    text = model.sql(model.steps[-1])
    known = {each: tuple(columns_of(each, models)) for each in model.inputs} | dict(SMALL)
    query, place = _parsed(text), wording.of_name(text, name)
    meant = wording.table_meant(query, name) if table else wording.column_meant(query, name, known)
    return f"{place[0]}{meant[0]}", f"{place[1]}{meant[1]}"


@cache
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


def _outputs(query: exp.Expr, known: Mapping[str, Outputs]) -> Outputs:
    """Output column -> origins of one query, given the outputs of the tables it may read."""
    return dict(_columns(query, known))


def _columns(query: exp.Expr, known: Mapping[str, Outputs]) -> list[tuple[str, frozenset[Origin]]]:
    """The output columns in order: a union is by place, and names it by its first branch."""
    for named in query.ctes if isinstance(query, exp.Query) else ():
        known = {**known, named.alias: _outputs(named.this, known)}
    if isinstance(query, exp.SetOperation):
        left, right = _columns(query.left, known), _columns(query.right, known)
        return [(name, mine | theirs) for (name, mine), (_, theirs) in zip(left, right, strict=True)]
    if isinstance(query, exp.Subquery):
        return _columns(query.this, known)
    assert isinstance(query, exp.Select)
    sources = _sources(query, known)
    return [(projection.alias_or_name, _origins(projection, sources)) for projection in query.expressions]


def _origins(projection: exp.Expr, sources: Mapping[str, Outputs]) -> frozenset[Origin]:
    return frozenset(origin for column in _value_columns(projection) for origin in _resolve(column, sources))


def _sources(select: exp.Select, known: Mapping[str, Outputs]) -> dict[str, Outputs]:
    """Alias -> outputs of every relation in FROM and JOIN; relations that are no tables of the lake have no origin."""
    found: dict[str, Outputs] = {}
    start = select.args.get("from_") or select.args.get("from")
    relations = [start.this] if start is not None else []
    relations += [join.this for join in select.args.get("joins") or []]
    for relation in relations:
        if isinstance(relation, exp.Subquery):
            found[relation.alias_or_name] = _outputs(relation.this, known)
        else:
            found[relation.alias_or_name] = known.get(relation.name, {})
    return found


def _value_columns(node: exp.Expr) -> Iterator[exp.Column]:
    """The columns a value is made of: of `arg_min(value, order) FILTER (...)` and of windows only the value.

    Of a CASE the values it chooses among; where those are constants, the columns that choose.
    """
    if isinstance(node, exp.Column):
        yield node
    elif isinstance(node, exp.Filter | exp.ArgMin | exp.ArgMax | exp.Window):
        yield from _value_columns(node.this)
    elif isinstance(node, exp.Case):
        yield from _chosen(node)
    else:
        for child in node.iter_expressions():
            yield from _value_columns(child)


def _chosen(case: exp.Case) -> Iterator[exp.Column]:
    default = case.args.get("default")
    values = [branch.args["true"] for branch in case.args["ifs"]] + ([default] if default else [])
    found = [column for value in values for column in _value_columns(value)]
    conditions = [] if found else [branch.this for branch in case.args["ifs"]]
    yield from found or (column for condition in conditions for column in _value_columns(condition))


def _resolve(column: exp.Column, sources: Mapping[str, Outputs]) -> frozenset[Origin]:
    if column.table:
        return sources.get(column.table, {}).get(column.name, frozenset())
    found = [outputs[column.name] for outputs in sources.values() if column.name in outputs]
    return found[0] if found else frozenset()
