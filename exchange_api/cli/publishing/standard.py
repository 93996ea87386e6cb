"""`shuniu standard`: a county's own data elements, code lists and rules, proposed by one steward, reviewed by another.

Whoever has the terminal acts in the name of an account: the event names both.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from authorization.permissions import Permission
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, facts, listing, say, tell

if TYPE_CHECKING:
    from catalog.models import StandardProposal

app = door.noun("自定标准：数据元、代码表和规则", "Own standards: data elements, code lists and rules")
Number = Annotated[int, typer.Argument(help=say("提案编号", "Number of the proposal"))]
Login = Annotated[str, typer.Option("--login", help=say("数据管理员账号", "Login of the steward"))]


@app.command("list", help=say("列出提案及其状态", "List proposals and what became of them"))
def list_(in_json: door.Json = False) -> None:
    """Every proposal, the newest first."""
    from catalog.actions import standards

    with door.reading() as session:
        rows = [_told(one) for one in standards.proposals(session)]
    if not in_json:
        rows = [row | {"status": _status(row["status"])} for row in rows]
    listing(rows, _headings(), in_json=in_json, empty=say("没有提案。", "There are no proposals."))


@app.command(help=say("查看一个提案的全部内容", "Show all a proposal holds"))
def show(number: Number, in_json: door.Json = False) -> None:
    """What it adds, line by line: this is what the reviewer approves."""
    from catalog.actions import standards

    with door.reading() as session:
        found = standards.get(session, number)
    told = _told(found)
    if in_json:
        as_json(told | {"document": found.document})
        return
    facts(told | {"status": _status(found.status)}, in_json=False, headings=_headings())
    _draw(found.document)


@app.command(help=say("提出新的数据元、代码或规则，交他人评审", "Propose elements, codes or rules for review"))
def propose(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("提案文件（YAML）", "Proposal (YAML)"))],
    title: Annotated[str, typer.Option("--title", help=say("标题与缘由", "What it is for"))],
    login: Login,
    in_json: door.Json = False,
) -> None:
    """Refused with one sentence where it could not come into force; nothing changes until another steward approves."""
    from catalog.actions import standards
    from catalog.standards.own import proposal

    additions = proposal.read(file.read_text(encoding="utf-8", errors="replace"))
    with _patterns() as compiles, door.writing() as session:
        door.check_person_may(session, login, Permission.ALL_STANDARDS_WRITE)
        made = standards.propose(
            session,
            title=title,
            additions=additions,
            compiles=compiles,
            by=door.actor(),
            account=login,
            now=door.now(),
        )
        told = _told(made)
    if in_json:
        as_json(told)
        return
    tell(
        say(
            f"提案 {told['proposal']} 已提出，待另一位数据管理员评审：shuniu standard review {told['proposal']}",
            f"Proposal {told['proposal']} waits for another steward: shuniu standard review {told['proposal']}",
        )
    )


@app.command(help=say("评审他人的提案，通过即生效", "Review another's proposal; approved, it is in force"))
def review(
    number: Number,
    verdict: Annotated[str, typer.Option("--verdict", help="approve | refuse")],
    reason: Annotated[str, typer.Option("--reason", help=say("理由", "Why"))],
    login: Login,
    in_json: door.Json = False,
) -> None:
    """Commands, loads and judgements from now on follow it; a hub that is running shows it after its next start."""
    from catalog.actions import standards

    with _patterns() as compiles, door.writing() as session:
        door.check_person_may(session, login, Permission.ALL_STANDARDS_WRITE)
        done = standards.review(
            session,
            proposal_id=number,
            verdict=verdict,
            reason=reason,
            compiles=compiles,
            by=door.actor(),
            account=login,
            now=door.now(),
        )
        told = _told(done)
    _write_in_force()
    if in_json:
        as_json(told)
        return
    tell(
        say(f"提案 {number} 已通过，自此生效。", f"Proposal {number} is approved and in force.")
        if told["status"] == "approved"
        else say(f"提案 {number} 未通过，标准不变。", f"Proposal {number} is refused; nothing changes.")
    )


@app.command(help=say("由登记库重写生效的自定标准文件", "Write the file of own standards anew from the registry"))
def restore() -> None:
    """For a file that was lost or spoilt; every night does the same."""
    tell(
        say("自定标准文件已重写。", "The file of own standards is written anew.")
        if _write_in_force()
        else say("自定标准文件与登记库一致。", "The file of own standards agrees with the registry.")
    )


def _write_in_force() -> bool:
    """Only once the registry has it for good: what is in force was approved."""
    from catalog.actions import standards

    with door.reading() as session:
        return standards.keep_in_force(session, door.settings().standards_dir)


@contextmanager
def _patterns() -> Iterator[Callable[[str], bool]]:
    from lake.engines.duckdb import connect
    from lake.engines.expressions import is_pattern

    with connect(functions=False) as connection:
        yield lambda pattern: is_pattern(connection, pattern)


def _told(one: "StandardProposal") -> dict[str, Any]:
    from catalog.standards.own.additions import from_document, named

    return {
        "proposal": one.proposal_id,
        "title": one.title,
        "status": one.status,
        "adds": list(named(from_document(one.document))),
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at,
        "reviewed_by": one.reviewed_by,
        "reviewed_at": one.reviewed_at,
        "reason": one.reason,
    }


def _draw(document: dict[str, Any]) -> None:
    """Elements, entries and rules as tables, under the names a proposal gives their fields."""
    for rows in (document["elements"], document["entries"], document["rules"]):
        if rows:
            listing(rows, {name: name for name in rows[0]}, in_json=False)


def _status(status: str) -> str:
    words = {
        "proposed": ("待评审", "to be reviewed"),
        "approved": ("已生效", "in force"),
        "refused": ("未通过", "refused"),
    }
    return say(*words[status])


def _headings() -> dict[str, str]:
    return {
        "proposal": say("编号", "Number"),
        "title": say("标题", "Title"),
        "status": say("状态", "Status"),
        "adds": say("内容", "Adds"),
        "proposed_by": say("提出人", "Proposed by"),
        "proposed_at": say("提出时间", "Proposed at"),
        "reviewed_by": say("评审人", "Reviewed by"),
        "reviewed_at": say("评审时间", "Reviewed at"),
        "reason": say("理由", "Reason"),
    }
