"""`shuniu usage`: uses fed back to the departments that provided the data."""

from dataclasses import asdict
from typing import Annotated

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, listing, named, say, worded

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
