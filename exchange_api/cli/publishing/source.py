"""`shuniu source`: departments' business systems: register, test, look at what they would deliver."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.systems import KINDS
from exchange_api.cli.publishing import profile as source_profile
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, facts, listing, named, progress, say, tell

if TYPE_CHECKING:
    from catalog.systems import SystemSpec

app = door.noun("部门业务系统", "Departments' business systems")
source_profile.add(app)
System = Annotated[str, typer.Argument(help=say("系统代码", "Code of the system"))]
Dataset = Annotated[str, typer.Argument(help=say("数据集代码", "Code of the dataset"))]


@app.command("list", help=say("列出已登记的系统", "List registered systems"))
def list_(in_json: door.Json = False) -> None:
    """Every system without its secret."""
    from sqlalchemy import select

    from catalog.models import System as SystemRow

    with door.reading() as session:
        rows = [_described(system) for system in session.scalars(select(SystemRow).order_by(SystemRow.code))]
    columns = {
        "code": say("代码", "Code"),
        "agency": say("部门", "Department"),
        "kind": say("类型", "Kind"),
        "location": say("位置", "Where"),
        "secret": say("已存口令", "Has a secret"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有登记系统。", "No system is registered yet."))


@app.command(help=say("查看一个系统", "Show one system"))
def show(code: System, in_json: door.Json = False) -> None:
    """One system without its secret."""
    from catalog.errors import NotFound
    from catalog.models import System as SystemRow

    with door.reading() as session:
        system = session.get(SystemRow, code)
    if system is None:
        raise NotFound(
            f"没有登记业务系统 {code}。请用 shuniu source list 查看。",
            f"System {code} is not registered. See: shuniu source list.",
            code="system_unknown",
        )
    headings = {
        "code": say("代码", "Code"),
        "agency": say("部门", "Department"),
        "kind": say("类型", "Kind"),
        "location": say("位置", "Where"),
        "options": say("选项", "Options"),
        "secret": say("已存口令", "Has a secret"),
    }
    facts(_described(system), in_json=in_json, headings=headings)


@app.command(help=say("登记或修改一个系统", "Register a system, or change it"))
def add(
    code: System,
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))] = "",
    kind: Annotated[str, typer.Option(help=" | ".join(KINDS))] = "",
    location: Annotated[
        str, typer.Option(help=say("地址或文件夹，不含口令", "URL or folder, without credentials"))
    ] = "",
    option: Annotated[
        list[str] | None,
        typer.Option(
            help=say("选项 名=值，点表示嵌套，值可为 JSON", "Option name=value; dots nest, values may be JSON")
        ),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            exists=True,
            dir_okay=False,
            help=say("系统说明文件（YAML），无口令", "The system as a YAML file, no secret"),
        ),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help=say(
                "口令文件（JSON）；修改时不给则保留原口令", "Secret (JSON object); a change without it keeps the old"
            ),
        ),
    ] = None,
) -> None:
    """The secret is read from a file, never from the command line, where other users could see it.

    What is given here goes before what the YAML file says; its keys are agency, kind, location, options. A system that
    is changed without a secret file keeps its secret; a file with {} takes it away.
    """
    from catalog.systems import SystemSpec, option_tree

    told, secret = _told(from_file), _secret(secret_file)
    spec = SystemSpec(
        code,
        _needed("agency", agency or told.get("agency")),
        _needed("kind", kind or told.get("kind")),
        _needed("location", location or told.get("location")),
        {**dict(told.get("options") or {}), **option_tree(option or [])},
        secret or {},
    )
    tell(_registered(spec, keep=secret is None))


@app.command("test", help=say("测试能否从系统取到数据集", "Test that a system delivers its datasets"))
def probe(code: System, in_json: door.Json = False) -> None:
    """Read the first rows of each dataset of the system, or open it when no contract names it; exit code 1 when one
    fails. Nothing is stored."""
    from exchange_api import connecting

    given, spec = door.settings(), _opened(code)
    rows: list[dict[str, Any]] = []
    contracts = connecting.contracts_of(given, code)
    with progress(say(f"正在读取 {code}", f"Reading {code}")):
        if not contracts:
            rows.append({"dataset": "", "ok": True, "message": _greeted(spec)})
        for found in connecting.probes(given, spec, contracts):
            rows.append({"dataset": found.dataset, "ok": found.ok, "message": named(found.message)})
    columns_shown = {
        "dataset": say("数据集", "Dataset"),
        "ok": say("正常", "Ok"),
        "message": say("说明", "What happened"),
    }
    listing(rows, columns_shown, in_json=in_json)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


@app.command(
    help=say("预览数据集的列与形状（不显示值）", "Show columns and shapes of what would be delivered, no values")
)
def preview(dataset: Dataset, in_json: door.Json = False) -> None:
    """Per delivered column: kind, how much is filled, lengths, and the most frequent shape."""
    from exchange_api import connecting

    given = door.settings()
    contract = connecting.contract_of(given, dataset)
    rows = connecting.preview(given, _opened(contract.system), contract)
    if in_json:
        as_json(rows)
        return
    columns = {
        "column": say("列", "Column"),
        "kind": say("类型", "Kind"),
        "filled": say("非空", "Filled"),
        "rows": say("行数", "Rows"),
        "shortest": say("最短", "Shortest"),
        "longest": say("最长", "Longest"),
        "shape": say("形状", "Shape"),
    }
    listing(rows, columns, in_json=False)


def _registered(spec: "SystemSpec", *, keep: bool) -> str:
    """Enter the system, `keep`: with the secret it had; what was done, as a sentence."""
    from catalog.actions import systems
    from catalog.models import System as SystemRow

    given = door.settings()
    with door.writing() as session:
        known = session.get(SystemRow, spec.code) is not None
        if known and keep:
            spec = replace(spec, secret=systems.opened(session, settings=given, code=spec.code).secret)
        systems.register(session, settings=given, spec=spec, by=door.actor(), now=door.now())
    if not known:
        return say(f"已登记系统 {spec.code}。", f"Registered system {spec.code}.")
    kept = say("，原口令保留", "; its secret is kept") if keep and spec.secret else ""
    return say(f"已修改系统 {spec.code}{kept}。", f"Changed system {spec.code}{kept}.")


def _greeted(spec: "SystemSpec") -> str:
    """Open a system without a contract, and say what comes next. Raises the HubError of one that cannot be opened."""
    from exchange_api import connecting

    following = f"shuniu source draft {spec.code} …"
    if connecting.greet(door.settings(), spec):
        return say(
            f"能连接，尚无契约；下一步：{following}", f"Can be opened; no contract names it yet. Next: {following}"
        )
    return say(
        f"未试连：消息系统要有主题才能试；下一步：{following}", f"Not tried: a broker needs a topic. Next: {following}"
    )


def _told(path: Path | None) -> dict[str, Any]:
    """What a YAML file says of a system. A secret in it is refused: such files are kept beside contracts."""
    import yaml

    from catalog.errors import InvalidInput

    if path is None:
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict) or not set(found) <= {"code", "agency", "kind", "location", "options"}:
        raise InvalidInput(
            f"文件 {path.name} 不是系统说明：应为 YAML，只含 agency、kind、location、options；口令另用 --secret-file。",
            f"File {path.name} does not describe a system: it should be YAML with agency, kind, location and options"
            " alone; the secret goes into --secret-file.",
            code="system_file_invalid",
            file=path.name,
        )
    return found


def _needed(name: str, value: str | None) -> str:
    from catalog.errors import InvalidInput

    if not value:
        raise InvalidInput(
            f"缺少 {name}。请用 --{name} 给出，或写在 --from 的文件里。",
            f"{name} is missing. Give it with --{name}, or in the file of --from.",
            code="system_incomplete",
            name=name,
        )
    return str(value)


def _secret(path: Path | None) -> dict[str, str] | None:
    """What the secret file holds; None without one."""
    from catalog.errors import InvalidInput

    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidInput(
            '口令文件不是 JSON 对象。请写成 {"user": ..., "password": ...}。',
            'The secret file is no JSON object. Write {"user": ..., "password": ...}.',
            code="secret_file_invalid",
        )
    return {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}


def _opened(code: str) -> "SystemSpec":
    from catalog.actions import systems

    with door.reading() as session:
        return systems.opened(session, settings=door.settings(), code=code)


def _described(system: Any) -> dict[str, Any]:
    from exchange_api.connecting import described

    shown = described(system)
    return shown | {"options": json.dumps(system.options, ensure_ascii=False) if system.options else ""}
