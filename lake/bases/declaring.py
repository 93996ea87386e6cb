"""Check a declared topic without reading a row: does its SQL give what its contract says, from what the hub holds?"""

from collections.abc import Mapping
from datetime import date

import duckdb

from catalog.classification import check_classified
from catalog.errors import InvalidInput
from catalog.settings import Settings
from lake.bases import tracing
from lake.bases.inputs import SQL_KINDS, Pinned, place_of
from lake.bases.model import BaseModel
from lake.engines.duckdb import connect
from lake.layout import Layout

_NAMES = {"timestamp": "TIMESTAMP WITH TIME ZONE"}
_ANY_DAY = date(2000, 1, 1)


def check(settings: Settings, model: BaseModel, built: Mapping[str, BaseModel]) -> None:
    """Raise for the first thing wrong with a topic that was read (declared.read).

    InvalidInput: it reads what is no base or topic, its columns are not the items of the contract, an item is graded
    below what it is made of. ContractBroken: an item is not classified, or shared more freely than its grade allows.
    """
    assert model.contract is not None
    if unknown := sorted(set(model.inputs) - set(built)):
        names = ", ".join(unknown)
        raise _wrong(model, f"{names} 不是基础库或主题库", f"{names}: no base or topic database")
    if not model.contract.keys:
        raise _wrong(model, "契约没有主键数据项", "the contract has no key item")
    promised = model.contract
    check_classified(model.name, model.items, grade=promised.grade, sharing=promised.sharing)
    _check_columns(settings, model, built)
    _check_grades(model, built)


def _check_columns(settings: Settings, model: BaseModel, built: Mapping[str, BaseModel]) -> None:
    """Bind the SQL on empty inputs: its columns must be the contract's items, in order and kind."""
    layout = Layout(settings.lake_url)
    places = {name: place_of(name, built, layout) for name in model.inputs}
    empty = Pinned(settings, model, built, places, dict.fromkeys(places), _ANY_DAY)
    with connect(settings, extensions=("spatial",) if model.spatial else ()) as connection:
        empty.open(connection)
        try:
            given = connection.execute(f"DESCRIBE {model.sql(model.steps[-1])}").fetchall()
        except duckdb.Error as error:
            # Of a text over empty tables only names can be in it; and they are what one has to look at.
            told = str(error).splitlines()[0][:200]
            raise _wrong(model, f"SQL 无法执行：{told}", f"the SQL does not run: {told}") from None
    columns = [(str(name), str(kind)) for name, kind, *_ in given]
    wanted = [(item.name, _NAMES.get(item.kind, SQL_KINDS[item.kind])) for item in model.items]
    if columns != wanted:
        pairs = zip(columns, wanted, strict=False)
        at = next((f"{' '.join(one)} / {' '.join(other)}" for one, other in pairs if one != other), "")
        at = at or f"{len(columns)} / {len(wanted)}"
        raise _wrong(model, f"SQL 的列与契约的数据项不一致（{at}）", f"its columns are not the contract's items ({at})")


def _check_grades(model: BaseModel, built: Mapping[str, BaseModel]) -> None:
    """No item below what it is made of, but for those the contract names under options `graded_down`."""
    assert model.contract is not None
    excused = set(model.contract.options.get("graded_down") or ())
    grades = {item.name: item.grade for item in model.items}
    for item, table, source in tracing.lineage(model, {**built, model.name: model}):
        above = next((one.grade for one in built[table].items if one.name == source), "")
        if item not in excused and grades[item] < above:
            raise _wrong(
                model,
                f"数据项 {item} 的 {grades[item]} 低于来源 {table}.{source} 的 {above}；确需降级的写入 graded_down",
                f"item {item} is {grades[item]}, below {above} of {table}.{source} it is made of; where that is right,"
                " name it under options graded_down",
            )


def _wrong(model: BaseModel, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        f"主题库 {model.name}：{zh}。", f"Topic {model.name}: {en}.", code="topic_refused", topic=model.name
    )
