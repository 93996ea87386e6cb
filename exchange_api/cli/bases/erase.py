"""`shuniu base erase`: a person's data erased by law; one steward asks, another decides, then it is carried out.

Whoever has the terminal acts in the name of an account: the events name both.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from authorization.permissions import Permission
from catalog.standards.erasure_grounds import GROUNDS, REFUSALS
from exchange_api.cli.bases import arguments
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, listing, named, progress, say, tell

if TYPE_CHECKING:
    from catalog.models import Erasure

app = door.noun("依法删除个人信息", "Erasure of a person's data by law")
MAY: Final = Permission.ALL_ERASURES_WRITE
STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("待审批", "to be decided"),
    "approved": ("已批准，待执行", "approved, to be carried out"),
    "refused": ("不予删除", "refused"),
    "begun": ("执行未完成", "begun, not finished"),
    "done": ("已完成", "done"),
}
"""How far an erasure is."""


def _choices(words: Mapping[str, tuple[str, str]]) -> str:
    """Codes with their words, for the help of an option."""
    return "; ".join(f"{code}: {named(pair)}" for code, pair in words.items())


def _word(words: Mapping[str, tuple[str, str]], code: str) -> str:
    """What `code` is called, in the language spoken; one without words as it is."""
    return named(words[code]) if code in words else code


Number = Annotated[int, typer.Argument(help=say("依法删除编号", "Number of the erasure"))]
Login = Annotated[str, typer.Option("--login", help=say("数据管理员账号", "Login of the steward"))]
Reason = Annotated[str, typer.Option("--reason", help=say("理由，不写个人信息", "Why; nothing about the person"))]


@app.command(help=say("提出依法删除", "Ask that a person be erased"))
def ask(
    entity: arguments.Person,
    ground: Annotated[
        str,
        typer.Option(
            "--ground",
            help=_choices(GROUNDS),
        ),
    ],
    reference: Annotated[str, typer.Option("--reference", help=say("文号", "Number of the paper it is asked by"))],
    login: Login,
    in_json: door.Json = False,
) -> None:
    """By one of the grounds of the Personal Information Protection Law, Art. 47; another steward decides."""
    from catalog.actions import erasures
    from exchange_api.disguise import check_written
    from lake.bases import base
    from lake.bases.explaining import explain
    from lake.erasing.wording import check_words

    check_written(reference)
    with door.reading() as session:
        # First: what is refused for its words tells somebody's name to who guesses it.
        door.check_person_may(session, login, MAY)
        # What is under way is told before the words are looked at: they are checked once for every erasure asked for.
        erasures.check_free(session, entity)
    explain(door.settings(), base("population"), entity)
    check_words(door.settings(), entity, reference)
    with door.writing() as session:
        door.check_person_may(session, login, MAY)
        made = erasures.ask(
            session,
            entity=entity,
            ground=ground,
            reference=reference,
            by=door.actor(),
            account=login,
            now=door.now(),
        )
        told = _told(made)
    _say(
        told,
        in_json,
        f"依法删除 {told['erasure']} 已提出，待另一位数据管理员审批。",
        f"Erasure {told['erasure']} waits for another steward.",
    )


@app.command(help=say("批准他人提出的依法删除", "Approve an erasure another asked for"))
def approve(number: Number, reason: Reason, login: Login, in_json: door.Json = False) -> None:
    """Nothing is erased before it is carried out: shuniu base erase run."""
    _decide(number, login, in_json, approve=True, reason=reason)


@app.command(help=say("依法不予删除", "Refuse an erasure by law"))
def refuse(
    number: Number,
    ground: Annotated[
        str,
        typer.Option("--ground", help=_choices(REFUSALS)),
    ],
    reason: Reason,
    login: Login,
    in_json: door.Json = False,
) -> None:
    """What the law has kept stays; the refusal, its ground and its reason are kept."""
    _decide(number, login, in_json, approve=False, refusal=ground, reason=reason)


@app.command("list", help=say("列出依法删除及其结果", "List erasures and what became of them"))
def list_(in_json: door.Json = False) -> None:
    """The oldest first. Open tickets: departments that have not yet cleaned their own systems."""
    from catalog.actions import erasures

    with door.reading() as session:
        waiting = erasures.open_tickets(session)
        rows = [_told(one) | {"open_tickets": waiting.get(one.erasure_id, [])} for one in erasures.listed(session)]
    if not in_json:
        rows = [
            row
            | {
                "status": _word(STATUSES, row["status"]),
                "ground": _word(GROUNDS, row["ground"]),
                "refusal": _word(REFUSALS, row["refusal"]),
            }
            for row in rows
        ]
    columns = {
        "erasure": say("编号", "Number"),
        "entity": say("人员", "Person"),
        "status": say("状态", "Status"),
        "ground": say("事由", "Ground"),
        "reference": say("文号", "Paper"),
        "asked_by": say("申请人", "Asked by"),
        "decided_by": say("审批人", "Decided by"),
        "refusal": say("不予删除的依据", "Refused by"),
        "reason": say("理由", "Reason"),
        "done_at": say("完成时间", "Done at"),
        "rows": say("湖中改动行数", "Rows of the lake"),
        "open_tickets": say("未关闭的工单", "Tickets not closed"),
    }
    listing(rows, columns, in_json=in_json, empty=say("没有依法删除。", "There are no erasures."))


@app.command(
    help=say(
        "列出再次交付了已删除人员的批次；不告知交付部门",
        "List deliveries erased persons came again in; departments are not told",
    )
)
def returns(in_json: door.Json = False) -> None:
    """The newest first. Under another name: the number was delivered with a name the erased person did not bear.

    That may be somebody else's row with a wrong number: ask the department by the batch.
    """
    from catalog.actions import erasures

    with door.reading() as session:
        rows = [
            {"at": one.at, "batch": one.subject, "left_out": None, **one.details} for one in erasures.returns(session)
        ]
    columns = {
        "at": say("时间", "When"),
        "dataset": say("数据集", "Dataset"),
        "batch": say("批次", "Batch"),
        "rows": say("未予接收或清空的行数", "Rows kept out or emptied"),
        "left_out": say("其中未予接收", "Of these, kept out"),
        "other_name": say("其中姓名不符", "Under another name"),
    }
    listing(rows, columns, in_json=in_json, empty=say("没有这样的批次。", "There is no such delivery."))


@app.command(help=say("执行已批准的删除", "Carry out what was approved"))
def run(login: Login, in_json: door.Json = False) -> None:
    """While no load and no build runs. Broken off, it is finished by running it again."""
    from catalog.actions import erasures
    from lake.erasing.carry_out import carry_out
    from lake.erasing.forgetting import emptied_topics

    with door.reading() as session:
        door.check_person_may(session, login, MAY)
    with progress(say("删除中", "Erasing")):
        done = carry_out(door.settings(), now=door.now(), by=door.actor(), account=login)
    emptied = {number: emptied_topics(door.settings(), number) for number in done}
    if in_json:
        as_json([{"erasure": number, "rows": rows, "emptied": emptied[number]} for number, rows in done.items()])
        return
    with door.reading() as session:
        waiting = [(one.erasure_id, one.asked_by) for one in erasures.listed(session, "asked")]
        tickets = erasures.open_tickets(session)
    zh, en = f"已执行 {len(done)} 项依法删除。", f"{len(done)} erasures were carried out."
    for number, rows in done.items():
        left = len(tickets.get(number, []))
        zh += f"编号 {number}：改动 {rows} 行，各表复查已无本人；{left} 张工单待部门处理。"
        en += f" Number {number}: {rows} rows touched, no table holds the person any more; {left} tickets are open."
    if topics := sorted({name for names in emptied.values() for name in names}):
        zh += f"主题库 {'、'.join(topics)} 已清空，下次构建之前没有数据（立即构建：shuniu base build）。"
        en += f" Emptied until the next build: {', '.join(topics)} (build now with: shuniu base build)."
    if waiting:
        whom = [(f"编号 {one}（{by} 以外）", f"{one} (not {by})") for one, by in waiting]
        zh += f"另有 {len(waiting)} 项待另一位数据管理员审批：{'、'.join(one for one, _ in whom)}。"
        en += f" {len(waiting)} wait for another steward to decide: {', '.join(one for _, one in whom)}."
    tell(say(zh, en))


def _decide(number: int, login: str, in_json: bool, *, approve: bool, reason: str, refusal: str = "") -> None:
    from catalog.actions import erasures
    from exchange_api.disguise import check_written
    from lake.erasing.wording import check_words

    check_written(reason)
    with door.reading() as session:
        door.check_person_may(session, login, MAY)
        # First: what is refused for its words tells, and only who may decide now is to find out, once.
        entity = erasures.decidable(
            session, erasure_id=number, approve=approve, by=door.actor(), account=login, hold=False
        ).entity
    check_words(door.settings(), entity, reason)
    with door.writing() as session:
        door.check_person_may(session, login, MAY)
        decided = erasures.decide(
            session,
            erasure_id=number,
            approve=approve,
            reason=reason,
            refusal=refusal,
            by=door.actor(),
            account=login,
            now=door.now(),
        )
        told = _told(decided)
    if approve:
        zh = f"已批准依法删除 {number}。请在夜间流程结束后运行 shuniu base erase run 执行。"
        en = f"Erasure {number} is approved. Carry it out with shuniu base erase run once the night's run has ended."
    else:
        zh, en = f"已决定不执行依法删除 {number}，理由已记录。", f"Erasure {number} is refused; the reason is kept."
    _say(told, in_json, zh, en)


def _say(told: dict[str, Any], in_json: bool, zh: str, en: str) -> None:
    if in_json:
        as_json(told)
    else:
        tell(say(zh, en))


def _told(one: "Erasure") -> dict[str, Any]:
    return {
        "erasure": one.erasure_id,
        "entity": one.entity,
        "status": one.status,
        "ground": one.ground,
        "reference": one.reference,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "refusal": one.refusal,
        "reason": one.reason,
        "done_at": one.done_at,
        "rows": one.rows,
    }
