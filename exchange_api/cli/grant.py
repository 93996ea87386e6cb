"""`shuniu grant`: who was given which part of which dataset, for what, until when."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog.working_days import COUNTY_TIME
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import facts, listing, say, tell

app = door.noun("共享授权", "Grants")
Code = Annotated[str, typer.Argument(help=say("授权编号", "Code of the grant"))]


@app.command("list", help=say("列出授权", "List grants"))
def list_(
    dataset: Annotated[str, typer.Option(help=say("数据集代码", "Code of the dataset"))] = "",
    agency: Annotated[str, typer.Option(help=say("使用部门代码", "Code of the recipient"))] = "",
    in_json: door.Json = False,
) -> None:
    """Grants, those in force and those that ended."""
    from sqlalchemy import select

    from authorization.models import AccessGrant

    query = select(AccessGrant).order_by(AccessGrant.code)
    for column, value in ((AccessGrant.dataset, dataset), (AccessGrant.agency, agency)):
        query = query.where(column == value) if value else query
    now = door.now()
    with door.reading() as session:
        rows = [_described(grant, now) for grant in session.scalars(query)]
    columns = {
        "code": say("编号", "Code"),
        "agency": say("使用部门", "Recipient"),
        "dataset": say("数据集", "Dataset"),
        "purpose": say("用途", "Purpose"),
        "valid_until": say("有效至", "Until"),
        "state": say("状态", "State"),
    }
    if not in_json:
        rows = [row | {"state": _state(row["state"])} for row in rows]
    listing(rows, columns, in_json=in_json, empty=say("没有匹配的授权。", "No grant matches."))


@app.command(help=say("查看一个授权", "Show one grant"))
def show(code: Code, in_json: door.Json = False) -> None:
    """One grant in full: items, row filter, masks, quota, ways of reading."""
    from authorization.models import AccessGrant
    from catalog.errors import NotFound

    with door.reading() as session:
        grant = session.get(AccessGrant, code)
    if grant is None:
        raise NotFound(
            f"没有授权 {code}。请用 shuniu grant list 查看编号。",
            f"There is no grant {code}. Look the codes up with: shuniu grant list.",
            code="grant_unknown",
            grant=code,
        )
    found = _described(grant, door.now())
    headings = {
        "code": say("编号", "Code"),
        "agency": say("使用部门", "Recipient"),
        "account": say("账号", "Account"),
        "dataset": say("数据集", "Dataset"),
        "items": say("数据项", "Items"),
        "row_filter": say("行条件", "Row filter"),
        "masks": say("脱敏", "Masks"),
        "purpose": say("用途", "Purpose"),
        "legal_basis": say("依据", "Legal basis"),
        "valid_from": say("有效自", "From"),
        "valid_until": say("有效至", "Until"),
        "calls_per_day": say("每日次数", "Calls per day"),
        "rows_per_day": say("每日行数", "Rows per day"),
        "surfaces": say("方式", "Ways of reading"),
        "state": say("状态", "State"),
    }
    if not in_json:
        found["state"] = _state(found["state"])
    facts(found, in_json=in_json, headings=headings)


@app.command(help=say("签发授权", "Issue a grant"))
def add(
    code: Code,
    agency: Annotated[str, typer.Option(help=say("使用部门代码", "Code of the recipient"))],
    dataset: Annotated[str, typer.Option(help=say("数据集代码", "Code of the dataset"))],
    item: Annotated[list[str], typer.Option(help=say("数据项，可多次给出", "Item; may be given more than once"))],
    purpose: Annotated[str, typer.Option(help=say("用途", "Purpose"))],
    basis: Annotated[str, typer.Option(help=say("法律依据", "Legal basis"))],
    until: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help=say("有效至（含当日）", "Last day it is valid"))
    ],
    account: Annotated[str, typer.Option(help=say("仅限此账号", "For this account only"))] = "",
    mask: Annotated[list[str] | None, typer.Option(help=say("脱敏 数据项=方式", "Mask item=form"))] = None,
    filter_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help=say("行条件文件（JSON）", "File with the row filter (JSON)")),
    ] = None,
    surface: Annotated[list[str] | None, typer.Option(help="records | verify | delta_sharing")] = None,
    calls_per_day: Annotated[int | None, typer.Option(min=1, help=say("每日次数上限", "Most calls per day"))] = None,
    rows_per_day: Annotated[int | None, typer.Option(min=1, help=say("每日行数上限", "Most rows per day"))] = None,
) -> None:
    """Give a recipient the named items of a dataset, from now to the end of the day `until`."""
    from authorization.actions import grants

    now = door.now()
    with door.writing() as session:
        grants.issue(
            session,
            code=code,
            agency=agency,
            account=account,
            dataset=dataset,
            items=item,
            purpose=purpose,
            legal_basis=basis,
            valid_from=now,
            valid_until=_end_of(until.date()),
            surfaces=surface or ("records", "delta_sharing"),
            row_filter=json.loads(filter_file.read_text()) if filter_file else None,
            masks=dict(_pair(entry) for entry in mask or []),
            calls_per_day=calls_per_day,
            rows_per_day=rows_per_day,
            by=door.actor(),
            now=now,
        )
    tell(say(f"已签发授权 {code}。", f"Issued grant {code}."))


@app.command(help=say("撤销授权", "Revoke a grant"))
def revoke(code: Code) -> None:
    """The grant ends everywhere within 2 seconds."""
    from authorization.actions import grants

    with door.writing() as session:
        grants.revoke(session, code=code, by=door.actor(), now=door.now())
    tell(say(f"已撤销授权 {code}，2 秒内全面失效。", f"Grant {code} is revoked; it ends everywhere within 2 seconds."))


def _end_of(day: date) -> datetime:
    """The midnight after `day`, Beijing time: a period written 'until the 31st' includes the 31st."""
    return datetime.combine(day, time(), COUNTY_TIME) + timedelta(days=1)


def _pair(entry: str) -> tuple[str, str]:
    item, _, form = entry.partition("=")
    return item, form


def _described(grant: Any, now: datetime) -> dict[str, Any]:
    names = (
        *("code", "agency", "account", "dataset", "items", "row_filter", "masks", "purpose", "legal_basis"),
        *("valid_from", "valid_until", "calls_per_day", "rows_per_day", "surfaces", "issued_by", "issued_at"),
        "revoked_at",
    )
    return {name: getattr(grant, name) for name in names} | {"state": _state_of(grant, now)}


def _state_of(grant: Any, now: datetime) -> str:
    if grant.revoked_at is not None:
        return "revoked"
    if now < grant.valid_from:
        return "not_yet"
    return "in_force" if now < grant.valid_until else "expired"


def _state(state: str) -> str:
    return {
        "revoked": say("已撤销", "revoked"),
        "not_yet": say("未生效", "not yet"),
        "in_force": say("有效", "in force"),
        "expired": say("已到期", "expired"),
    }[state]
