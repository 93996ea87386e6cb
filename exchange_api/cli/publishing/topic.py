"""`shuniu topic`: topic databases an engineer of the bureau declares with a SQL file and a contract."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange_api.cli.speaking import door, trail
from exchange_api.cli.speaking.speech import complain, facts, language, listing, named, say, tell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.settings import Settings
    from lake.bases import BaseModel

app = door.noun("主题库", "Topic databases")
SHOWN = 20
"""Rows of a topic that is tried."""
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
            "items": [item.name for item in model.items] if in_json else len(model.items),
            "version": published[model.name].version if model.name in published else None,
            "rows": published[model.name].rows if model.name in published else None,
            "fault": None,
        }
        for model in known(given).values()
        if model.zone == "topic"
    ]
    faults = topics(given).faults
    empty = dict.fromkeys(("title", "inputs", "items", "version", "rows"))
    rows += [
        {"topic": name, **empty, "declared": True, "fault": error.sentence(language())}
        for name, error in faults.items()
    ]
    listing(rows, _headings(), in_json=in_json, empty=say("没有主题库。", "There are no topic databases."))


@app.command(help=say("检查主题库的 SQL 和契约，不做登记", "Check a topic's SQL and contract without adding it"))
def check(sql: Sql, contract: Promise, in_json: door.Json = False) -> None:
    """Its SQL means the same on both engines, reads bases only, gives the contract's items, none graded too low.

    Its agency is the one that answers for it, its code lists are those of the columns, its rules can be run.
    """
    model = _checked(door.settings(), sql, contract)
    facts(_told(model), in_json=in_json, headings=_headings())


@app.command("try", help=say("试运行主题库，显示前 20 行，不登记、不发布", "Run a topic, show 20 rows, add nothing"))
def try_(sql: Sql, contract: Promise, in_json: door.Json = False) -> None:
    """As a build does it, confined and limited alike, in a throw-away place. Masked; in the audit trail."""
    from exchange_api.views.side_by_side import shown_value
    from lake.bases import catalogue, known, try_topic

    given = door.settings()
    model = _checked(given, sql, contract)
    tried = try_topic(given, model, now=door.now(), most=SHOWN)
    trail.record(
        purpose="主题库试运行 / trying a topic",
        dataset=model.name,
        surface="topic:try",
        rows=len(tried.rows),
        items=[item.name for item in model.items],
        providers=catalogue.providers(model.name, {**known(given), model.name: model}),
    )
    rows = [{item.name: shown_value(item, row[item.name], plain=False) for item in model.items} for row in tried.rows]
    titles = {item.name: say(item.title_zh, item.title_en) for item in model.items}
    listing(rows, titles, in_json=in_json, empty=say("没有结果行。", "It gives no row."))
    if not in_json:
        tell(say(f"共 {tried.count} 行，显示前 {len(rows)} 行；未登记、未发布。",
                 f"Rows: {tried.count}, shown: {len(rows)}; nothing was added or published."))  # fmt: skip
    if tried.missing:
        missing = ", ".join(tried.missing)
        complain(say(f"以下来源尚未交付：{missing}", f"Nobody has delivered yet: {missing}"))


@app.command(help=say("移除主题库，不再构建", "Take a topic out: it is built no more"))
def remove(
    name: Annotated[str, typer.Argument(help=say("主题库代码", "Code of the topic"))],
    reason: Annotated[str, typer.Option("--reason", help=say("理由", "Why"))],
) -> None:
    """Refused while a grant on it is in force, or another topic reads it. Its tables stay until a vacuum.

    Broken off, it is finished by running it again.
    """
    from catalog.actions import datasets
    from catalog.models import Dataset
    from exchange_api.disguise import check_written
    from lake.bases import check_droppable, drop_topic

    check_written(reason)
    given = door.settings()
    # The registry first, for good: a topic without files is still shared until its entry says otherwise.
    with door.writing() as session:
        _check_not_granted(session, name)
        entry = session.get(Dataset, name)
        shared = entry is not None and entry.zone == "topic" and not datasets.is_retired(entry)
        check_droppable(given, name, begun=shared)
        if shared:
            datasets.retire(session, dataset=name, reason=reason, by=door.actor(), now=door.now())
    drop_topic(given, name)
    tell(
        say(
            f"主题库 {name} 已移除，不再构建和共享；已有版本的文件保留到清理湖表为止。",
            f"Topic {name} is taken out: it is built and shared no more; its files stay until the lake is vacuumed.",
        )
    )


@app.command(help=say("把主题库加入夜间构建并登记目录", "Add a topic to the nightly build and the catalogue"))
def add(sql: Sql, contract: Promise, in_json: door.Json = False) -> None:
    """What stood there under the same name is replaced; the next build makes, judges and publishes it."""
    from lake.bases import catalogue, keep, known

    given = door.settings()
    model = _checked(given, sql, contract)
    replaced = model.name in known(given)
    with door.reading() as session:
        _check_not_lowered(session, model)
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
            f"主题库 {model.name} 已登记{'，替换了原有的声明' if replaced else ''}，下一次构建时生成、评判并发布。",
            f"Topic {model.name} is registered{' in place of the one before' if replaced else ''};"
            " the next build makes, judges and publishes it.",
        )
    )


def _checked(given: "Settings", sql: Path, contract: Path) -> "BaseModel":
    """The topic of the two files; raises the HubError of the first thing that is wrong with it."""
    from exchange_api.cli.publishing.contract import count_rules
    from lake.bases import check_topic

    model = check_topic(given, sql, contract)
    assert model.contract is not None
    count_rules(model.contract)
    return model


def _check_not_lowered(session: "Session", model: "BaseModel") -> None:
    """Raise Conflict where rows are published that were made when an item was graded higher than it is now."""
    from catalog import queries
    from catalog.classification import FLOORS
    from catalog.errors import Conflict

    if model.name not in queries.published_all(session):
        return
    strength = list(FLOORS)
    now = {item.name: item for item in model.items}
    lower = [
        before.name
        for before in queries.items(session, model.name)
        if (item := now.get(before.name))
        and (item.grade < before.grade or strength.index(item.personal) < strength.index(before.personal))
    ]
    if lower:
        raise Conflict(
            f"主题库 {model.name} 已发布的数据中 {'、'.join(lower)} 的分级更高，不能就地降低。"
            "请换一个名称登记，再停用原主题库。",
            f"Topic {model.name} has published rows in which {', '.join(lower)} is graded higher; that cannot be"
            " lowered in place. Add it under another name, then remove this one.",
            code="topic_graded_lower",
            topic=model.name,
            items=lower,
        )


def _check_not_granted(session: "Session", name: str) -> None:
    from sqlalchemy import select

    from authorization.models import AccessGrant
    from catalog.errors import Conflict

    now = door.now()
    query = select(AccessGrant).where(
        AccessGrant.dataset == name, AccessGrant.revoked_at.is_(None), AccessGrant.valid_until > now
    )
    held = [f"{grant.agency}（{grant.code}）" for grant in session.scalars(query.order_by(AccessGrant.code))]
    if held:
        raise Conflict(
            f"主题库 {name} 还有有效授权：{'、'.join(held)}。请先与这些部门商定，再用 shuniu grant revoke 收回。",
            f"Grants on topic {name} are in force: {', '.join(held)}. Settle it with them, then revoke the grants:"
            " shuniu grant revoke.",
            code="topic_granted",
            topic=name,
        )


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
