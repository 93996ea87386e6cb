"""Check a declared topic without reading a row: does its SQL give what its contract says, from what the hub holds?"""

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import sqlglot

from catalog import contracts_document
from catalog.classification import FLOORS, check_classified
from catalog.contracts import Contract, Item
from catalog.errors import InvalidInput
from catalog.settings import Settings
from catalog.standards.elements import elements
from lake.bases import tracing, wording
from lake.bases.inputs import SQL_KINDS, Pinned, place_of
from lake.bases.model import BaseModel
from lake.bases.tracing.scopes import Choice
from lake.engines.duckdb import confine, connect
from lake.engines.expressions import columns_named, reads_only
from lake.layout import Layout

_NAMES = {"timestamp": "TIMESTAMP WITH TIME ZONE"}
_ANY_DAY = date(2000, 1, 1)
_WHOLE = "；整数常量请写 hub_integer('2026')", "; a whole number is written hub_integer('2026')"
TELLING = "L3"
"""From this grade on, what rows are picked by tells of somebody: a number of them, or a weak column beside it, too."""


def check(settings: Settings, model: BaseModel, built: Mapping[str, BaseModel]) -> None:
    """Raise for the first thing wrong with a topic that was read (declared.read): see check_promise, check_columns."""
    check_promise(model, built)
    check_columns(settings, model, built)


def check_keys(model: BaseModel) -> None:
    """Raise InvalidInput for a key or an option of the contract that nothing reads: mistyped, it would say nothing."""
    assert model.contract is not None
    document = contracts_document.read(model.contract.document, name=f"{model.name}.odcs.yaml")
    for stranger in contracts_document.strangers(document):
        zh, en = contracts_document.told(stranger)
        raise _wrong(model, f"契约的 {zh}" if stranger.place else f"契约{zh}", f"its contract knows {en}")


def check_promise(model: BaseModel, built: Mapping[str, BaseModel]) -> None:
    """Hold the contract against the text of the SQL alone; `built`: the bases and topics it may read.

    Raises InvalidInput: it reads what is no base or topic, an item cannot be followed to its source, or is classified
    more weakly than it. ContractBroken: an item is not classified, or shared more freely than its grade allows.
    """
    assert model.contract is not None
    if unknown := set(model.inputs) - set(built):
        zh, en = wording.of_tables(model.text, unknown, built.keys() | tracing.SMALL.keys())
        raise _wrong(model, f"{zh} 不是基础库或主题库", f"{en}: no base or topic database")
    if not model.contract.keys:
        raise _wrong(model, "契约没有主键数据项", "the contract has no key item")
    promised = model.contract
    check_classified(model.name, model.items, grade=promised.grade, sharing=promised.sharing)
    _check_grades(model, promised, built)


def check_entry(model: BaseModel, built: Mapping[str, BaseModel], owner: str) -> None:
    """What only somebody who adds a topic is held to: whose it is, and the code lists of columns it repeats.

    Raises InvalidInput for an agency other than `owner`, the one that runs the hub and so answers for what it builds,
    and for an item that repeats a column and names another code list.
    """
    assert model.contract is not None
    if model.contract.agency != owner:
        raise _wrong(
            model,
            f"契约的 agency 须为 {owner}：主题库由运行枢纽的部门建立并负责",
            f"the agency of its contract must be {owner}, which runs the hub and answers for what it builds",
        )
    items = {item.name: item for item in model.items}
    for name, made in tracing.declared_lineage(model, built).items():
        for table, column in sorted(made.origins) if made.mere and name in items else ():
            mine, theirs = (
                _code_list(one)
                for one in (items[name], next(item for item in built[table].items if item.name == column))
            )
            if mine != theirs:
                raise _wrong(
                    model,
                    f"数据项 {name} 就是 {table}.{column}，其代码表须与之相同（{theirs or '无'}）",
                    f"item {name} repeats {table}.{column} and must keep its code list ({theirs or 'none'})",
                )


def _code_list(item: Item) -> str:
    known = elements().get(item.element)
    return item.code_list or (known.code_list if known else "")


def check_columns(settings: Settings, model: BaseModel, built: Mapping[str, BaseModel]) -> None:
    """Bind the SQL on empty inputs: its columns must be the contract's items, in order and kind, else InvalidInput."""
    layout = Layout(settings.lake_url)
    places = {name: place_of(name, built, layout) for name in model.inputs}
    empty = Pinned(settings, model, built, places, dict.fromkeys(places), _ANY_DAY)
    with connect(settings, extensions=("spatial",) if model.spatial else ()) as connection:
        empty.open(connection)
        confine(connection, settings, only=())
        check_reads(connection, model)
        try:
            given = connection.execute(f"DESCRIBE {model.sql(model.steps[-1])}").fetchall()
        except duckdb.Error as error:
            # Over empty tables and with no file to open only names can be in it; they are what one has to look at.
            zh, en = wording.engine_said(str(error))
            name, table = wording.unknown_name(str(error))
            place = tracing.place_of(model, name, built, table=table)
            raise _wrong(model, f"SQL 无法执行：{zh}{place[0]}", f"the SQL does not run: {en}{place[1]}") from None
    columns = [(str(name), str(kind)) for name, kind, *_ in given]
    wanted = [(item.name, _NAMES.get(item.kind, SQL_KINDS[item.kind])) for item in model.items]
    if columns != wanted:
        pairs = zip(columns, wanted, strict=False)
        at = next((f"{' '.join(one)} / {' '.join(other)}" for one, other in pairs if one != other), "")
        at = at or f"{len(columns)} / {len(wanted)}"
        zh, en = _WHOLE if at.endswith(" BIGINT") and " INTEGER / " in at else ("", "")
        raise _wrong(
            model, f"SQL 的列与契约的数据项不一致（{at}）{zh}", f"its columns are not the contract's items ({at}){en}"
        )


def check_reads(connection: duckdb.DuckDBPyConnection, model: BaseModel) -> None:
    """Raise InvalidInput unless the engine, too, reads in the SQL no table but those the model names, and no column
    that the lineage does not see: what is a unit to one parser (date_diff(day, ...)) may be a column to the other.
    """
    text = model.sql(model.steps[-1])
    query = sqlglot.parse_one(text, read="duckdb")
    named = {cte.alias for cte in query.ctes} if isinstance(query, sqlglot.exp.Query) else set()
    if not reads_only(connection, text, frozenset(model.inputs) | tracing.SMALL.keys() | named):
        raise _wrong(model, "SQL 所读的不只是基础库和主题库", "the SQL reads more than bases and topics")
    seen = {_begins(column, text) for column in query.find_all(sqlglot.exp.Column)}
    if unseen := [name for place, name in columns_named(connection, text).items() if place not in seen]:
        first = unseen[0]
        raise _wrong(
            model,
            f"{first} 可被引擎读作列，但来源无法查明；若是日期单位，请加引号（date_diff('day', ...)）",
            f"the engine may read {first} as a column that cannot be followed; a unit is quoted: date_diff('day', ...)",
        )


def _begins(column: sqlglot.exp.Column, text: str) -> int:
    """The byte of `text` that a column begins at; -1 where the parser lost its place."""
    first = column.args.get("table") or column.this
    start = first.meta.get("start", -1)
    return len(text[:start].encode()) if start >= 0 else -1


def _check_grades(model: BaseModel, promised: Contract, built: Mapping[str, BaseModel]) -> None:
    """No item classified more weakly than what it is made of, but for those named under options `graded_down`.

    A mere column keeps its data element as well, and nobody is excused from that: masks go by it.
    """
    excused = graded_down(model, promised)
    items = {item.name: item for item in promised.items}
    made_of = tracing.declared_lineage(model, built)
    if list(made_of) != [item.name for item in promised.items]:
        told = ", ".join(made_of), ", ".join(items)
        raise _wrong(
            model,
            f"SQL 的列（{told[0]}）与契约的数据项（{told[1]}）不一致",
            f"its columns ({told[0]}) are not the contract's items ({told[1]})",
        )
    for name, made in made_of.items():
        for table, column in sorted(made.origins):
            source = _item_of(built, table, column)
            if made.mere and items[name].element != source.element:
                told = f"{table}.{column}", source.element
                raise _wrong(
                    model,
                    f"数据项 {name} 就是 {told[0]}，其数据元须与之相同（{told[1]}）",
                    f"item {name} repeats {told[0]} and must keep its data element ({told[1]})",
                )
            if weaker := _weaker(items[name], source) if name not in excused else None:
                mine, above = weaker
                raise _wrong(
                    model,
                    f"数据项 {name} 的 {mine} 弱于来源 {table}.{column} 的 {above}；"
                    "分级和个人信息类别确需降低的写入 graded_down",
                    f"item {name} is {mine}, below {above} of {table}.{column} it is made of; where a lower grade or"
                    " kind of personal information is right, name it under options graded_down",
                )
    _check_choices(
        model,
        {items[name]: made_of[name].chosen | made_of[name].looked for name in items.keys() - excused},
        built,
    )


def _check_choices(model: BaseModel, chosen: Mapping[Item, frozenset[Choice]], built: Mapping[str, BaseModel]) -> None:
    """No item graded below what its rows are picked by, where that is graded TELLING or higher."""
    weaker = {item: above for item, by in chosen.items() if (above := _picking(by, built)) and item.grade < above[0]}
    if weaker:
        told = [f"{item.name} < {column} {grade}" for item, (grade, column) in weaker.items()]
        named = ", ".join(sorted(told))
        raise _wrong(
            model,
            f"数据项分级弱于挑选其行所依据的数据项（{named}）；请按后者分级，分级确需降低的写入 graded_down",
            f"items are graded below those by which their rows are picked ({named}); grade them like these, or where a"
            " lower grade is right name them under options graded_down",
        )


def _picking(chosen: Iterable[Choice], built: Mapping[str, BaseModel]) -> tuple[str, str] | None:
    """Grade and name of the most sensitive item that rows are picked by, TELLING or higher; None for no such item.

    Where ids of people are set equal, rows are put beside each other that tell of the same person anyway.
    """
    picking = (
        origin
        for choice in chosen
        if not (len(choice) > 1 and all(tracing.is_entity(*one, built) for one in choice))
        for origin in choice
    )
    graded = [(_item_of(built, *origin).grade, ".".join(origin)) for origin in picking]
    return max((one for one in graded if one[0] >= TELLING), default=None)


def _item_of(built: Mapping[str, BaseModel], table: str, column: str) -> Item:
    return next(item for item in built[table].items if item.name == column)


def graded_down(model: BaseModel, contract: Contract) -> frozenset[str]:
    """The items that may be classified more weakly than their sources; raises InvalidInput for no list of items."""
    named = contract.options.get("graded_down", [])
    if not isinstance(named, list) or not {str(name) for name in named} <= {item.name for item in contract.items}:
        raise _wrong(model, "graded_down 须是契约数据项的列表", "graded_down must be a list of items of the contract")
    return frozenset(named)


def _weaker(item: Item, source: Item) -> tuple[str, str] | None:
    """What of `item` is weaker than in its source, and what it is there; None when nothing is."""
    strength = list(FLOORS)
    if item.grade < source.grade:
        return item.grade, source.grade
    if strength.index(item.personal) < strength.index(source.personal):
        return f"personal {item.personal}", source.personal
    return None


def _wrong(model: BaseModel, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        f"主题库 {model.name}：{zh}。", f"Topic {model.name}: {en}.", code="topic_refused", topic=model.name
    )
