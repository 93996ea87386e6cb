"""`shuniu audit`: prove that the trail is whole, and look at its newest records."""

import json
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from exchange_api.cli.keeping.hub_key import hub_key
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, facts, listing, progress, say, tell, worded

app = door.noun("审计日志", "The audit trail")


@app.command(help=say("验证审计日志完整、未被改动", "Prove that the trail is as it was written"))
def verify(
    folder: Annotated[Path | None, typer.Option(help=say("审计目录", "Audit folder"))] = None,
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help=say("公钥文件（JWK）", "File with the public key (JWK)")),
    ] = None,
    in_json: door.Json = False,
) -> None:
    """Check every record, chain and seal; exit code 1 when anything is not as it was written."""
    from catalog.audit.verify import verify as check

    trail, signed_by = _there(folder or door.settings().audit_dir), hub_key(key)
    with progress(say("正在逐条验证审计日志", "Checking the trail record by record")):
        report = check(trail, signed_by)
    faults = [{"node": f.node, "segment": f.segment, "line": f.line, "what": f.what} for f in report.faults]
    found: dict[str, Any] = {
        "ok": report.ok,
        "nodes": report.nodes,
        "records": report.records,
        "sealed": report.sealed,
        "faults": faults,
    }
    if in_json:
        as_json(found)
    else:
        headings = {
            "nodes": say("节点数", "Nodes"),
            "records": say("记录数", "Records"),
            "sealed": say("已签名封存", "Under a signed seal"),
        }
        facts(found, in_json=False, headings=headings)
        if not report.nodes:
            tell(say("该目录中没有审计日志。", "There is no trail in this folder."))
        elif report.ok:
            tell(say("审计日志完整，未被改动。", "The trail is whole and unchanged."))
        else:
            tell(say("审计日志与写入时不符：", "The trail is not as it was written:"))
            columns = {"node": say("节点", "Node"), "segment": say("段", "Segment"), "line": say("行", "Line")}
            listing(faults, {**columns, "what": say("问题", "What")}, in_json=False)
    if not report.ok:
        raise typer.Exit(1)


@app.command(help=say("查看最近的审计记录", "Show the newest records"))
def show(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=say("条数", "How many"))] = 20,
    in_json: door.Json = False,
) -> None:
    """The newest records of every node by time. They say who read what for which purpose, never a value read."""
    from catalog.audit.segments import lines, node_folders

    newest: list[dict[str, Any]] = []
    for folder in node_folders(_there(door.settings().audit_dir)):
        own: deque[bytes] = deque(maxlen=limit)
        for number in folder.segments()[-2:]:
            own.extend(lines(folder.segment(number)))
        newest.extend(json.loads(raw) for raw in own)
    rows = sorted(newest, key=lambda record: str(record["at"]), reverse=True)[:limit]
    if not in_json:
        rows = [row | {"at": datetime.fromisoformat(row["at"])} for row in rows]
        rows = [row | {"decision": worded("decision", row["decision"])} for row in rows]
    columns = {
        "at": say("时间", "At"),
        "account": say("账号", "Account"),
        "agency": say("使用部门", "Agency"),
        "dataset": say("数据集", "Dataset"),
        "surface": say("入口", "Surface"),
        "rows": say("行数", "Rows"),
        "decision": say("决定", "Decision"),
        "purpose": say("用途", "Purpose"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有审计记录。", "There is no audit record yet."))


def _there(folder: Path) -> Path:
    """`folder`, which must exist: a mistyped home is not a trail without fault."""
    from catalog.errors import NotFound

    if folder.is_dir():
        return folder
    raise NotFound(
        f"没有审计目录 {folder}。请检查 SHUNIU_HOME 与 SHUNIU_AUDIT_DIR；从未启动过的枢纽还没有审计日志。",
        f"There is no audit folder {folder}. Check SHUNIU_HOME and SHUNIU_AUDIT_DIR; a hub that never ran has no trail"
        " yet.",
        code="audit_missing",
    )
