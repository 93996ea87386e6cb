"""Topic databases (主题库) that an engineer of the bureau declares: a SQL file and a contract each, no code.

They lie in the hub's folder of topics as <name>.sql and <name>.odcs.yaml. A faulty one is left out and told; the
others, and the bases, are built all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot
from sqlglot import exp

from catalog.contracts import Contract, load_contract
from catalog.errors import HubError, InvalidInput
from catalog.settings import Settings
from lake.bases import declaring, shape, wording
from lake.bases.gate import trapped
from lake.bases.model import BaseModel
from lake.bases.tracing import SMALL

PREFIX = "topic_"
LINKS = "_links"
_PLACES = frozenset({"wkb_longitude", "wkb_latitude", "wkb_holds"})


@dataclass(frozen=True)
class Declared:
    """The topics of the folder, in an order in which each stands after those it reads; and why others were left out."""

    models: tuple[BaseModel, ...] = ()
    faults: Mapping[str, HubError] = field(default_factory=dict)


def declared(settings: Settings, built: Mapping[str, BaseModel]) -> Declared:
    """What lies in the folder of topics; `built`: the hub's own models by name."""
    found: dict[str, BaseModel] = {}
    faults: dict[str, HubError] = {}
    for path in sorted(settings.topics_dir.glob("*.odcs.yaml")):
        name = path.name.removesuffix(".odcs.yaml")
        try:
            model = read(path.with_name(f"{name}.sql"), path)
            if model.name != name or name in built:
                raise _wrong(name, "名称须与文件名一致，且不与已有库重名", "its id is not the file's name, or taken")
            found[name] = model
        except HubError as error:
            faults[name] = error
    return Declared(tuple(_ordered(found, built, faults)), faults)


def read(sql: Path, contract: Path) -> BaseModel:
    """One topic from its two files. Raises ContractBroken for the contract, InvalidInput for the SQL."""
    promised = load_contract(contract)
    try:
        text = sql.read_text(encoding="utf-8")
        if wide := wording.of_wide_signs(text):
            raise _wrong(promised.dataset, f"SQL 中有{wide[0]}", f"the SQL has {wide[1]}")
        statements = [one for one in sqlglot.parse(text, read="duckdb") if one is not None]
    except (OSError, UnicodeDecodeError):
        raise _wrong(promised.dataset, f"读不到 {sql.name}", f"{sql.name} cannot be read") from None
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        zh, en = wording.of_syntax(text, error)
        raise _wrong(promised.dataset, f"SQL 语法有误{zh}", f"the SQL cannot be parsed{en}") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise _wrong(promised.dataset, "SQL 须是一条 SELECT", "the SQL must be one SELECT")
    query = statements[0]
    if found := trapped(query) | shape.misshapen(query) | _untraceable(query):
        zh, en = wording.refused({said: wording.of_refused(text, node) for said, node in found.items()})
        raise _wrong(promised.dataset, f"SQL 中有不允许的写法：{zh}", f"the SQL has: {en}")
    if not promised.dataset.startswith(PREFIX) or promised.dataset.endswith(LINKS):
        zh, en = (
            f"名称须以 {PREFIX} 开头，且不以 {LINKS} 结尾",
            f"its name must begin with {PREFIX} and not end in {LINKS}",
        )
        raise _wrong(promised.dataset, zh, en)
    return _model(promised, query, sql, text)


def _untraceable(query: exp.Expr) -> dict[str, exp.Expr]:
    """What would hide from the lineage where a value comes from, and so from the check of grades; and where."""
    columns = (projection for select in query.find_all(exp.Select) for projection in select.expressions)
    hidden = next((found for one in columns if (found := one.find(exp.Select))), None)
    return {"a sub-query among the columns: join it": hidden} if hidden else {}


def _model(promised: Contract, query: exp.Query, sql: Path, text: str) -> BaseModel:
    tables = shape.tables_of(query)
    functions = {one.name.lower() for one in query.find_all(exp.Anonymous)}
    return BaseModel(
        name=promised.dataset,
        title_zh=promised.title_zh,
        title_en=promised.title_en,
        inputs=tuple(sorted(tables - SMALL.keys())),
        items=promised.items,
        folder=str(sql.resolve().parent),
        steps=(sql.stem,),
        zone="topic",
        spatial=bool(functions & _PLACES),
        dated="building_day" in tables,
        contract=promised,
        text=text,
    )


def _ordered(
    found: dict[str, BaseModel], built: Mapping[str, BaseModel], faults: dict[str, HubError]
) -> Iterator[BaseModel]:
    """Those whose inputs are there and that keep what they promise, each after what it reads; others into `faults`."""
    ready, waiting = dict(built), dict(found)
    while now := [name for name, model in waiting.items() if set(model.inputs) <= ready.keys()]:
        for name in now:
            model = waiting.pop(name)
            try:
                declaring.check_promise(model, ready)
            except HubError as error:
                faults[name] = error
                continue
            ready[name] = model
            yield model
    for name, model in waiting.items():
        readable = ready.keys() | SMALL.keys()
        zh, en = wording.of_tables(model.text, set(model.inputs) - readable, readable)
        told = f"所读的 {zh} 不是可用的基础库或主题库", f"it reads {en}: no base or topic to be had"
        faults[name] = _wrong(name, *told)


def _wrong(name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        f"主题库 {name} 不能使用：{zh}。请改正后用 shuniu topic check 再检查。",
        f"Topic {name} cannot be used: {en}. Correct it and check again: shuniu topic check.",
        code="topic_invalid",
        topic=name,
    )
