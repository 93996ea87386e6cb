"""`shuniu usage`: uses fed back to the departments that provided the data."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from exchange_api.cli.keeping.hub_key import hub_key
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, complain, listing, named, say, shown, tell, worded

app = door.noun("使用反馈", "Usage feedback")
Provider = Annotated[str, typer.Option(help=say("只看这个部门", "This department only"))]


@app.command("list", help=say("列出反馈报告", "List feedback reports, newest first"))
def list_(provider: Provider = "", in_json: door.Json = False) -> None:
    """Reports with calls, rows and the roads they were delivered by."""
    from exchange_api.views import usage

    with door.reading() as session:
        rows = [asdict(report) for report in usage.reports(session, provider=provider)]
    if not in_json:
        rows = [
            row
            | {
                "provider": named(row["provider_name"]),
                "delivered_by": [worded("road", road) for road in row["delivered_by"]],
            }
            for row in rows
        ]
    columns = {
        "report_id": say("报告", "Report"),
        "provider": say("提供部门", "Provider"),
        "period_start": say("从", "From"),
        "period_end": say("到", "To"),
        "calls": say("调用次数", "Calls"),
        "rows": say("行数", "Rows"),
        "delivered_by": say("送达方式", "Delivered by"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有使用反馈。", "No use has been reported yet."))


@app.command(help=say("输出一份已签名的报告", "Print one signed report"))
def report(report_id: Annotated[str, typer.Argument(help=say("报告编号", "Id of the report"))]) -> None:
    """The signed statement as JSON, as its provider can verify it with the hub's public key."""
    from catalog.errors import NotFound
    from catalog.models import UsageReport

    with door.reading() as session:
        found = session.get(UsageReport, report_id)
    if found is None:
        raise NotFound(
            f"没有报告 {report_id}。请用 shuniu usage list 查看编号。",
            f"There is no report {report_id}. Look the ids up with: shuniu usage list.",
            code="report_unknown",
        )
    as_json(found.body)


_FAULTS_ZH = {
    "the report is not signed by this key": "报告不是用这把密钥签名的",
    "a record was changed": "有记录被改动",
    "the Merkle root does not match the records": "默克尔根与各条记录不符",
    "the totals do not match the records": "合计与各条记录不符",
    "the summary does not match the records": "汇总与各条记录不符",
    "records of a node that no seal speaks for": "有节点的记录没有封存印证",
    "a seal is not signed by this key": "有封存不是用这把密钥签名的",
    "a use that the hub sealed is not in the report": "枢纽封存过的使用没有写进报告",
    "the report before is not signed by this key": "上一份报告不是用这把密钥签名的",
    "the report before is another department's or another hub's": "上一份报告属于另一部门或另一枢纽",
    "uses between this report and the one before are missing": "与上一份报告之间缺少使用记录",
}
"""What verify_report finds, in Chinese."""
_PERIOD = ("period_start", "period_end")
_PROVED = ("report_id", "hub_id", "provider", *_PERIOD, "calls", "rows", "key_id")
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("报告文件", "File of the report"))]
_Key = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help=say("枢纽的公钥文件（JWK）", "The hub's public key (JWK, or all its keys)")
    ),
]
_Previous = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help=say("上一份报告，看中间有无缺漏", "The report before this one")),
]


@app.command(help=say("验证一份报告：真实、完整、未被改动", "Prove a report: genuine, complete, unchanged"))
def verify(file: _File, key: _Key = None, previous: _Previous = None, in_json: door.Json = False) -> None:
    """Check signature, records, totals and seals of a report; exit code 1 when anything is not as the hub signed it.

    Needs no hub: a department runs it on its own machine with the key it once took from /api/v1/keys. Without --key it
    is this hub's own. With --previous nothing may lie between the two reports, which the same key must have signed.
    """
    from catalog.audit.statements import verify_report

    told, before = _document(file), _document(previous) if previous else None
    signed_by = hub_key(key, key_id=str(told.get("key_id", "")))
    try:
        faults = verify_report(told, signed_by, previous=before)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _no_report() from None
    if in_json:
        proved = None if faults else {name: told[name] for name in _PROVED}
        as_json({"ok": not faults, "faults": faults, "report": proved})
    elif not faults:
        tell(say("报告真实、完整，未被改动。", "The report is genuine, complete and unchanged."))
        tell(_whose(told))
    else:
        complain(say("报告与枢纽签名时不符：", "The report is not as the hub signed it:"))
        for fault in dict.fromkeys(faults):
            complain("  " + say(_FAULTS_ZH.get(fault, fault), fault))
    if faults:
        raise typer.Exit(1)


def _whose(told: dict[str, Any]) -> str:
    """Of whom a genuine report is: a department given another's would else take it for its own."""
    start, end = (shown(datetime.fromisoformat(told[name])) if told[name] else "—" for name in _PERIOD)
    calls, rows = shown(told["calls"]), shown(told["rows"])
    return say(
        f"枢纽 {told['hub_id']} 给部门 {told['provider']} 的报告 {told['report_id']}：{start} 至 {end}，"
        f"调用 {calls} 次，共 {rows} 行。",
        f"It is report {told['report_id']} of hub {told['hub_id']} to {told['provider']}: {start} to {end}, {calls}"
        f" calls, {rows} rows.",
    )


def _document(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise _no_report() from None
    if not isinstance(found, dict):
        raise _no_report()
    return found


def _no_report() -> Exception:
    from catalog.errors import InvalidInput

    return InvalidInput(
        "文件不是使用反馈报告。报告由枢纽送达，也可用 shuniu usage report 输出。",
        "This is no usage report. The hub delivers them, and shuniu usage report prints one.",
        code="report_unreadable",
    )
