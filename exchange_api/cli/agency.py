"""`shuniu agency`: the departments the hub knows. Everything else is registered for one of them."""

from typing import Annotated

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import listing, say, tell

app = door.noun("部门", "Departments")
KINDS = ("government", "vertical", "public_service", "enterprise", "platform")


@app.command("list", help=say("列出部门", "List departments"))
def list_(in_json: door.Json = False) -> None:
    """Every department and other organisation."""
    from catalog import queries

    with door.reading() as session:
        rows = [
            {"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en, "kind": one.kind, "uscc": one.uscc or ""}
            for one in queries.agencies(session).values()
        ]
    columns = {
        "code": say("代码", "Code"),
        "name_zh": say("名称", "Name (Chinese)"),
        "name_en": say("英文名称", "Name (English)"),
        "kind": say("类型", "Kind"),
        "uscc": say("统一社会信用代码", "USCC"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有登记部门。", "No department is registered yet."))


@app.command(help=say("登记或修改一个部门", "Register a department, or change its names"))
def add(
    code: Annotated[str, typer.Argument(help=say("部门代码", "Code of the department"))],
    name: Annotated[str, typer.Option(help=say("中文名称", "Name in Chinese"))],
    name_en: Annotated[str, typer.Option(help=say("英文名称", "Name in English"))] = "",
    kind: Annotated[str, typer.Option(help=" | ".join(KINDS))] = KINDS[0],
    uscc: Annotated[str, typer.Option(help=say("统一社会信用代码", "Unified social credit code"))] = "",
) -> None:
    """`vertical` is a unit led from above (垂直单位) whose data comes by back-flow."""
    from catalog.actions import agencies
    from catalog.errors import InvalidInput
    from catalog.models import Agency
    from catalog.standards import uscc as codes

    if kind not in KINDS or (uscc and codes.fault(uscc) is not None):
        raise InvalidInput(
            f"部门类型只能是 {'、'.join(KINDS)}；统一社会信用代码须校验通过。",
            f"A kind is one of {', '.join(KINDS)}; a unified social credit code has to pass its check.",
            code="agency_invalid",
        )
    with door.writing() as session:
        known = session.get(Agency, code) is not None
        agencies.register(
            session,
            code=code,
            name_zh=name,
            name_en=name_en or name,
            kind=kind,
            uscc=uscc or None,
            by=door.actor(),
            now=door.now(),
        )
    if known:
        tell(say(f"已修改部门 {code}。", f"Changed department {code}."))
    else:
        tell(say(f"已登记部门 {code}。", f"Registered department {code}."))
