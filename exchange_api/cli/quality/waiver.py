"""`shuniu quality waive | waivers | unwaive`: let a rule of a dataset pass for a while, with a reason."""

from datetime import datetime, time
from typing import Annotated

import typer

from catalog.working_days import COUNTY_TIME
from exchange_api.cli.publishing.dataset import Code
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import listing, say, tell

Rule = Annotated[str, typer.Option("--rule", help=say("规则", "The rule"))]
Reason = Annotated[str, typer.Option("--reason", help=say("理由", "Why"))]
Until = Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help=say("最后一天", "Last day"))]


def add(app: typer.Typer) -> None:
    """Add the commands to the noun `quality`."""
    app.command("waive", help=say("在期限内豁免一条规则", "Waive a rule until a day"))(_waive)
    app.command("waivers", help=say("列出有效的豁免", "List the waivers in force"))(_waivers)
    app.command("unwaive", help=say("提前结束豁免", "End a waiver before its time"))(_unwaive)


def _waive(code: Code, rule: Rule, reason: Reason, until: Until) -> None:
    """A waived rule still counts and reports, but only warns; it holds to the end of the day named.

    The rule must be one the dataset is judged by, and one that holds something back.
    """
    from catalog.actions import waivers
    from exchange_api.disguise import check_written
    from quality.rules import waivable

    check_written(reason)
    end = datetime.combine(until.date(), time.max, COUNTY_TIME)
    with door.writing() as session:
        waivable.check(session, door.settings(), code, rule)
        made = waivers.grant(
            session, dataset=code, rule_id=rule, reason=reason, until=end, by=door.actor(), now=door.now()
        )
        session.flush()
        number = made.waiver_id
    tell(say(f"豁免 {number} 已生效。", f"Waiver {number} is in force."))


def _waivers(
    code: Annotated[str, typer.Argument(help=say("数据集代码", "Code of the dataset"))] = "", in_json: door.Json = False
) -> None:
    """Waivers in force, of one dataset or all."""
    from catalog.actions import waivers

    with door.reading() as session:
        rows = [
            {
                "waiver_id": one.waiver_id,
                "dataset": one.dataset,
                "rule_id": one.rule_id,
                "reason": one.reason,
                "granted_by": one.granted_by,
                "until": one.until,
            }
            for one in waivers.in_force(session, code, door.now())
        ]
    columns = {
        "waiver_id": say("编号", "Number"),
        "dataset": say("数据集", "Dataset"),
        "rule_id": say("规则", "Rule"),
        "reason": say("理由", "Reason"),
        "granted_by": say("批准人", "By"),
        "until": say("有效至", "Until"),
    }
    listing(rows, columns, in_json=in_json, empty=say("没有有效的豁免。", "No waiver is in force."))


def _unwaive(number: Annotated[int, typer.Argument(help=say("豁免编号", "Number of the waiver"))]) -> None:
    """From the next judgement on the rule blocks again."""
    from catalog.actions import waivers

    with door.writing() as session:
        waivers.revoke(session, waiver_id=number, by=door.actor(), now=door.now())
    tell(say(f"豁免 {number} 已结束。", f"Waiver {number} has ended."))
