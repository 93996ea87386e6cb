"""`shuniu topic`: topic databases an engineer of the bureau declares with a SQL file and a contract."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import facts, language, listing, named, say, tell

if TYPE_CHECKING:
    from catalog.settings import Settings
    from lake.bases import BaseModel

app = door.noun("主题库", "Topic databases")
Sql = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("SQL 文件", "SQL file"))]
Promise = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("契约文件", "Contract file"))]


@app.command("list", help=say("列出主题库", "List topic databases"))
def list_(in_json: door.Json = False) -> None:
    """The hub's own topics and the declared ones; of a declared one that cannot be used, why."""
    from catalog import queries
    from lake.bases import BASES, known, topics

    given = door.settings()
    own = {base.name for base in BASES}
    with door.reading() as session:
        published = queries.published_all(session)
    rows = [
        {
            "topic": model.name,
            "title": named((model.title_zh, model.title_en)),
            "declared": model.name not in own,
            "inputs": list(model.inputs) if in_json else ", ".join(model.inputs),
            "version": published[model.name].version if model.name in published else None,
            "rows": published[model.name].rows if model.name in published else None,
            "fault": None,
        }
        for model in known(given).values()
        if model.zone == "topic"
    ]
    faults = topics(given).faults
    empty = dict.fromkeys(("title", "inputs", "version", "rows"))
    rows += [
        {"topic": name, **empty, "declared": True, "fault": error.sentence(language())}
        for name, error in faults.items()
    ]
    listing(rows, _headings(), in_json=in_json, empty=say("没有主题库。", "There are no topic databases."))


@app.command(help=say("检查主题库的 SQL 和契约，不做登记", "Check a topic's SQL and contract without adding it"))
def check(sql: Sql, contract: Promise, in_json: door.Json = False) -> None:
    """Its SQL means the same on both engines, reads bases only, gives the contract's items, none graded too low."""
    model = _checked(door.settings(), sql, contract)
    facts(_told(model), in_json=in_json, headings=_headings())


@app.command(help=say("把主题库加入夜间构建并登记目录", "Add a topic to the nightly build and the catalogue"))
def add(sql: Sql, contract: Promise, in_json: door.Json = False) -> None:
    """What stood there under the same name is replaced; the next build makes, judges and publishes it."""
    from lake.bases import catalogue, keep, known

    given = door.settings()
    model = _checked(given, sql, contract)
    keep(given, model)
    with door.writing() as session:
        catalogue.register(
            session, bases=(model,), known=known(given), hub_id=given.hub_id, by=door.actor(), now=door.now()
        )
    if in_json:
        facts(_told(model), in_json=True, headings=_headings())
        return
    tell(
        say(
            f"主题库 {model.name} 已登记，下一次构建时生成、评判并发布。",
            f"Topic {model.name} is registered; the next build makes, judges and publishes it.",
        )
    )


def _checked(given: "Settings", sql: Path, contract: Path) -> "BaseModel":
    """The topic of the two files; raises the HubError of the first thing that is wrong with it."""
    from lake.bases import check_topic

    return check_topic(given, sql, contract)


def _told(model: "BaseModel") -> dict[str, object]:
    return {
        "topic": model.name,
        "title": named((model.title_zh, model.title_en)),
        "inputs": list(model.inputs),
        "items": [item.name for item in model.items],
    }


def _headings() -> dict[str, str]:
    return {
        "topic": say("主题库", "Topic"),
        "title": say("标题", "Title"),
        "declared": say("自行声明", "Declared"),
        "inputs": say("来源", "Reads"),
        "items": say("数据项", "Items"),
        "version": say("已发布版本", "Published version"),
        "rows": say("行数", "Rows"),
        "fault": say("问题", "What is wrong"),
    }
