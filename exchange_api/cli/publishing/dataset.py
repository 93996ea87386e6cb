"""`shuniu dataset`: the catalogue on the command line."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, facts, listing, named, say, worded

app = door.noun("目录：数据集及其数据项", "The catalogue: datasets and their items")
Code = Annotated[str, typer.Argument(help=say("数据集代码", "Code of the dataset"))]
EVERYTHING = 100_000
WORDED = {"zone": "zone", "sharing": "sharing", "outcome": "outcome", "grade": "grade", "quality": "outcome"}
WORDED |= {"update_cycle": "cycle", "kind": "kind", "personal": "personal"}
"""Columns that hold codes, and the kind of code."""


@app.command("list", help=say("列出数据集", "List datasets"))
def list_(
    words: Annotated[
        str, typer.Option("--words", "-w", help=say("标题、代码或数据项中的词", "Words to look for"))
    ] = "",
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))] = "",
    zone: Annotated[str, typer.Option(help=say("库区", "Zone"))] = "",
    in_json: door.Json = False,
) -> None:
    """Datasets that match, by code."""
    from exchange_api.views import datasets

    with door.reading() as session:
        found = datasets.find(session, datasets.Filter(words, agency, zone), size=EVERYTHING)
    rows = [asdict(entry) for entry in found.entries]
    if not in_json:
        rows = [
            row
            | {
                "title": named(row["title"]),
                "agency": named(row["agency_name"]),
                **{name: worded(kind, row[name]) for name, kind in WORDED.items() if name in row},
            }
            for row in rows
        ]
    columns = {
        "code": say("代码", "Code"),
        "title": say("标题", "Title"),
        "agency": say("部门", "Department"),
        "zone": say("库区", "Zone"),
        "sharing": say("共享属性", "Sharing"),
        "rows": say("已发布行数", "Published rows"),
        "version": say("版本", "Version"),
        "outcome": say("质量", "Quality"),
    }
    listing(rows, columns, in_json=in_json, empty=say("没有匹配的数据集。", "No dataset matches."))


@app.command(help=say("查看一个数据集", "Show one dataset"))
def show(code: Code, in_json: door.Json = False) -> None:
    """All that is known about one dataset without reading a row."""
    from exchange_api.views import dataset

    with door.reading() as session:
        one = dataset.describe(session, code)
    if in_json:
        as_json(asdict(one))
        return
    newest = one.versions[0] if one.versions else None
    shown: dict[str, Any] = {
        "code": one.code,
        "title": named(one.title),
        "agency": named(one.agency_name),
        "zone": one.zone,
        "sharing": one.sharing,
        "sharing_condition": named(one.sharing_condition),
        "sharing_mode": [named(mode) for mode in one.shared_by],
        "data_format": one.data_format,
        "update_cycle": one.update_cycle,
        "grade": one.grade,
        "origin": say("上级平台", "Upper-level platform") if one.origin == "upper" else say("本级", "This county"),
        "items": len(one.items),
        "version": newest.version if newest else None,
        "rows": newest.rows if newest else None,
        "published_at": newest.published_at if newest else None,
        "quality": one.judged.outcome if one.judged else None,
        "quarantined": one.judged.quarantined if one.judged else None,
        "sources": [near.code for near in one.sources],
        "targets": [near.code for near in one.targets],
    }
    shown |= {name: worded(kind, shown[name]) for name, kind in WORDED.items() if name in shown}
    facts(shown, in_json=False, headings=_headings())


@app.command(help=say("列出数据项", "List the items of a dataset"))
def items(code: Code, in_json: door.Json = False) -> None:
    """The items of one dataset, in order."""
    from catalog import queries
    from exchange_api.views import dataset

    with door.reading() as session:
        queries.dataset(session, code)
        found = [asdict(item) for item in dataset.items(session, code)]
    if not in_json:
        worded_too = ("kind", "grade", "personal")
        found = [
            row | {"title": named(row["title"])} | {name: worded(WORDED[name], row[name]) for name in worded_too}
            for row in found
        ]
    columns = {
        "name": say("名称", "Name"),
        "title": say("标题", "Title"),
        "element": say("数据元", "Element"),
        "kind": say("类型", "Kind"),
        "source_name": say("原字段", "As delivered"),
        "key": say("主键", "Key"),
        "required": say("必填", "Required"),
        "grade": say("分级", "Grade"),
        "personal": say("个人信息", "Personal"),
    }
    listing(found, columns, in_json=in_json)


def _headings() -> dict[str, str]:
    return {
        "code": say("代码", "Code"),
        "title": say("标题", "Title"),
        "agency": say("部门", "Department"),
        "zone": say("库区", "Zone"),
        "sharing": say("共享属性", "Sharing"),
        "sharing_condition": say("共享条件", "Conditions"),
        "sharing_mode": say("共享方式", "Mode of sharing"),
        "data_format": say("数据格式", "Format"),
        "update_cycle": say("更新周期", "Updated"),
        "grade": say("分级", "Grade"),
        "origin": say("来源", "Origin"),
        "items": say("数据项数", "Items"),
        "version": say("已发布版本", "Published version"),
        "rows": say("行数", "Rows"),
        "published_at": say("发布时间", "Published"),
        "quality": say("质量判定", "Verdict"),
        "quarantined": say("隔离行数", "Rows in quarantine"),
        "sources": say("来自", "Made from"),
        "targets": say("用于", "Goes into"),
    }
