"""`shuniu ticket`: correction orders (整改工单): what is to be mended, by whom, by when; and the evidence for it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_api.cli.speaking import door, files, trail
from exchange_api.cli.speaking.speech import as_json, facts, listing, named, say, tell, worded

if TYPE_CHECKING:
    from exchange_api import desk

app = door.noun("整改工单", "Correction orders")
Number = Annotated[str, typer.Argument(help=say("工单编号", "Number of the ticket"))]
Text = Annotated[str, typer.Option("--text", help=say("内容或理由", "What there is to say, or why"))]


@app.command("list", help=say("列出工单，期限近的在前", "List tickets, the earliest time limit first"))
def list_(
    agency: Annotated[str, typer.Option(help=say("责任部门代码", "Code of the department"))] = "",
    dataset: Annotated[str, typer.Option(help=say("数据集代码", "Code of the dataset"))] = "",
    state: Annotated[str, typer.Option(help="open | answered | closed")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help=say("只看超期", "Overdue ones only"))] = False,
    in_json: door.Json = False,
) -> None:
    """Tickets with counts before and now."""
    from catalog import queries
    from exchange_api.views import tickets

    _check_state(state)
    with door.reading() as session:
        if agency:
            queries.agency(session, agency)
        if dataset:
            queries.dataset(session, dataset)
        wanted = tickets.Wanted(agency, dataset, state, overdue)
        found = tickets.listed(session, now=door.now(), sight=tickets.Sight(), wanted=wanted)
    rows = [asdict(one) for one in found.orders]
    if not in_json:
        rows = [
            row | {"title": named(row["title"]), "state": _state(row), "due_on": str(row["due_on"])} for row in rows
        ]
    columns = {
        "ticket_id": say("编号", "Number"),
        "agency": say("责任部门", "Department"),
        "title": say("问题", "What is wrong"),
        "failing_before": say("整改前", "Before"),
        "failing_now": say("现有", "Now"),
        "due_on": say("期限", "Due"),
        "working_days_left": say("剩余工作日", "Working days left"),
        "state": say("状态", "State"),
    }
    listing(rows, columns, in_json=in_json, empty=say("没有工单。", "There is no ticket."))


@app.command(help=say("查看一个工单及其经过", "Show a ticket and its history"))
def show(number: Number, in_json: door.Json = False) -> None:
    """One ticket and every line of its history."""
    from exchange_api.views import tickets

    with door.reading() as session:
        order, history = tickets.one(session, number, now=door.now())
    row, lines = asdict(order), [asdict(line) for line in history]
    if in_json:
        as_json({"ticket": row, "history": lines})
        return
    headings = {
        "dataset": say("数据集", "Dataset"),
        "rule_id": say("规则", "Rule"),
        "title": say("问题", "What is wrong"),
        "agency": say("责任部门", "Department"),
        "state": say("状态", "State"),
        "due_on": say("期限", "Due"),
        "failing_before": say("整改前", "Before"),
        "failing_now": say("现有", "Now"),
        "reopened": say("重开次数", "Opened again"),
    }
    shown: dict[str, Any] = row | {"title": named(row["title"]), "state": _state(row), "due_on": str(row["due_on"])}
    facts(shown, in_json=False, headings=headings)
    columns = {
        "at": say("时间", "When"),
        "kind": say("经过", "What"),
        "by": say("经办", "By"),
        "failing": say("不合格", "Failing"),
        "text": say("说明", "Text"),
    }
    listing([line | {"kind": worded("note", line["kind"])} for line in lines], columns, in_json=False)


@app.command(help=say("在工单上留言", "Add a remark to a ticket"))
def comment(number: Number, text: Text) -> None:
    """A remark; the state stays."""
    _do("comment", number, text)
    tell(say(f"已记入工单 {number}。", f"Noted on ticket {number}."))


@app.command(help=say("部门答复工单", "Answer a ticket for its department"))
def answer(number: Number, text: Text) -> None:
    """The provider's answer. The clock of a finding goes on until the data is corrected."""
    _do("answer", number, text)
    tell(say(f"工单 {number} 已答复。", f"Ticket {number} is answered."))


@app.command(help=say("人工关闭工单，须说明理由", "Close a ticket by hand, saying why"))
def close(number: Number, text: Text) -> None:
    """Close by hand; if the rule fails again, the next verdict opens it again."""
    _do("close", number, text)
    tell(say(f"工单 {number} 已关闭。", f"Ticket {number} is closed."))


@app.command(help=say("重新打开工单，须说明理由", "Open a closed ticket again, saying why"))
def reopen(number: Number, text: Text) -> None:
    """Open a closed ticket again with a new time limit."""
    _do("reopen", number, text)
    tell(say(f"工单 {number} 已重新打开。", f"Ticket {number} is open again."))


@app.command(help=say("代使用方提出数据校核（10 个工作日）", "Raise a correction for a recipient (10 working days)"))
def correct(
    dataset: Annotated[str, typer.Argument(help=say("数据集代码", "Code of the dataset"))],
    agency: Annotated[str, typer.Option(help=say("提出部门代码", "Code of the department that raises it"))],
    text: Text,
    item: Annotated[
        str, typer.Option(help=say("有误的数据项，工单转其数源部门", "The wrong item; goes to its source"))
    ] = "",
    record: Annotated[str, typer.Option(help=say("记录编号", "Number of the record"))] = "",
) -> None:
    """A correction (校核) of a department that holds a grant on the dataset, to who answers for the item."""
    from authorization.access import Access
    from catalog import queries
    from exchange_api import corrections

    now, who = door.now(), door.actor()
    with door.writing() as session:
        entry = queries.dataset(session, dataset)
        queries.agency(session, agency)
        held = Access(door.settings()).held(agency)
        if not corrections.is_recipient(held, dataset, entry.sharing, now):
            raise corrections.not_recipient(dataset)
        if not corrections.may_name(held, dataset, item, now):
            raise corrections.item_not_granted(dataset)
        said = corrections.Said(text, item, record)
        asked = corrections.opened(session, dataset, said, raised_by=agency, by=who, now=now)
        number, due = asked.ticket_id, asked.due_on
    tell(say(f"校核工单 {number}，期限 {due}。", f"Correction ticket {number}, due {due}."))


@app.command(help=say("导出工单的问题行，敏感项已脱敏", "Export a ticket's failing rows, sensitive items masked"))
def evidence(
    number: Number,
    out: Annotated[Path, typer.Option("--out", help=say("文件，.xlsx 或 .csv", "File, .xlsx or .csv"))],
) -> None:
    """Failing rows as delivered, items of grade L3 and L4 masked; the export is recorded in the audit trail."""
    from exchange_api import evidence as sheets

    given = door.settings()
    files.check_place(out)
    with door.reading() as session:
        found = sheets.of_ticket(given, session, number, plain=False)
    body = sheets.as_bytes(found, out.suffix.removeprefix(".").lower())
    trail.record(**found.use)
    over = files.write(out, body)
    tell(say(f"已写入 {len(found.rows)} 行：{out}{over}", f"{len(found.rows)} rows written: {out}{over}"))


def _check_state(state: str) -> None:
    from catalog.errors import InvalidInput

    if state not in ("", "open", "answered", "closed"):
        raise InvalidInput(
            f"没有工单状态 {state}。状态只能是 open、answered 或 closed。",
            f"There is no ticket state {state}. A state is open, answered or closed.",
            code="state_unknown",
            state=state,
        )


def _do(verb: "desk.Verb", number: str, text: str) -> None:
    from exchange_api import desk

    with door.writing() as session:
        desk.do(session, door.settings(), ticket=number, verb=verb, text=text, by=door.actor(), now=door.now())


def _state(row: dict[str, Any]) -> str:
    late = f" ({worded('state', 'overdue')})" if row["overdue"] else ""
    return worded("state", row["state"]) + late
