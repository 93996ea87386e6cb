"""`shuniu account`: who may ask the hub, and the tokens of programs."""

import sys
from typing import Annotated, Any

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, listing, say, tell

app = door.noun("账号与令牌", "Accounts and tokens")
Login = Annotated[str, typer.Argument(help=say("账号", "Login of the account"))]


@app.command("list", help=say("列出账号", "List accounts"))
def list_(
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))] = "",
    in_json: door.Json = False,
) -> None:
    """Accounts without their credentials."""
    from sqlalchemy import select

    from authorization.models import Account

    query = select(Account).order_by(Account.login)
    if agency:
        query = query.where(Account.agency == agency)
    with door.reading() as session:
        rows: list[dict[str, Any]] = [
            {
                "login": account.login,
                "name": say(account.name_zh, account.name_en),
                "agency": account.agency,
                "kind": account.kind,
                "roles": list(account.roles),
                "active": account.active,
                "created_at": account.created_at,
            }
            for account in session.scalars(query)
        ]
    columns = {
        "login": say("账号", "Login"),
        "name": say("姓名", "Name"),
        "agency": say("部门", "Department"),
        "kind": say("类型", "Kind"),
        "roles": say("角色", "Roles"),
        "active": say("有效", "Active"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有账号。", "There is no account yet."))


@app.command(help=say("新建账号", "Make an account"))
def add(
    login: Login,
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))],
    role: Annotated[list[str], typer.Option(help=say("角色，可多次给出", "Role; may be given more than once"))],
    name: Annotated[str, typer.Option(help=say("姓名或程序名", "Name of the person or program"))],
    service: Annotated[
        bool, typer.Option("--service", help=say("程序账号，只用令牌", "A program: tokens only"))
    ] = False,
) -> None:
    """A person's password is asked for, or read from standard input; it is never taken from the command line."""
    from authorization.actions import accounts

    password = None if service else _password()
    with door.writing() as session:
        accounts.create(
            session,
            login=login,
            agency=agency,
            kind="service" if service else "person",
            roles=role,
            name_zh=name,
            name_en=name,
            password=password,
            by=door.actor(),
            now=door.now(),
        )
    tell(say(f"已建账号 {login}。", f"Made account {login}."))


@app.command(help=say("停用账号", "Shut an account"))
def disable(login: Login) -> None:
    """Its password and tokens stop working within 2 seconds."""
    from authorization.actions import accounts

    with door.writing() as session:
        accounts.disable(session, login=login, by=door.actor(), now=door.now())
    tell(say(f"已停用账号 {login}。", f"Account {login} is shut."))


@app.command(help=say("签发令牌（只显示这一次）", "Issue a token; it is shown this once"))
def token(
    login: Login,
    days: Annotated[int, typer.Option(min=1, max=366, help=say("有效天数", "Days it is valid"))] = 90,
    label: Annotated[str, typer.Option(help=say("说明，如程序名", "What it is for"))] = "",
    in_json: door.Json = False,
) -> None:
    """A new token of the account."""
    from authorization.actions import accounts

    with door.writing() as session:
        text = accounts.issue_token(session, login=login, label=label, days=days, by=door.actor(), now=door.now())
    if in_json:
        as_json({"login": login, "token": text, "days": days})
    else:
        tell(text)


@app.command("revoke-token", help=say("吊销令牌", "Revoke a token"))
def revoke_token(
    token_id: Annotated[str, typer.Argument(help=say("令牌编号（12 位）", "Id of the token, its 12 hex digits"))],
) -> None:
    """The token stops working within 2 seconds."""
    from authorization.actions import accounts

    with door.writing() as session:
        accounts.revoke_token(session, token_id=token_id, by=door.actor(), now=door.now())
    tell(say(f"已吊销令牌 {token_id}。", f"Token {token_id} is revoked."))


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = typer.prompt(say("口令", "Password"), hide_input=True, confirmation_prompt=True)
    return asked
