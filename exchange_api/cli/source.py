"""`shuniu source`: departments' business systems: register, test, look at what they would deliver."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.systems import KINDS
from exchange_api.cli import door, source_profile
from exchange_api.cli.speech import as_json, facts, listing, progress, say, tell

if TYPE_CHECKING:
    import pyarrow as pa

    from catalog.contracts import Contract
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
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))],
    kind: Annotated[str, typer.Option(help=" | ".join(KINDS))],
    location: Annotated[str, typer.Option(help=say("地址或文件夹，不含口令", "URL or folder, without credentials"))],
    option: Annotated[list[str] | None, typer.Option(help=say("选项 名=值", "Option name=value"))] = None,
    secret_file: Annotated[
        Path | None, typer.Option(exists=True, help=say("口令文件（JSON）", "File with the secret (JSON object)"))
    ] = None,
) -> None:
    """The secret is read from a file, never from the command line, where other users could see it."""
    from catalog.actions import systems
    from catalog.errors import InvalidInput
    from catalog.systems import SystemSpec

    if "@" in location.partition("://")[2]:
        raise InvalidInput(
            "地址中不能带口令。请把口令写入 JSON 文件，用 --secret-file 给出。",
            "The location must not hold credentials. Put them into a JSON file and give it with --secret-file.",
            code="location_holds_secret",
        )
    secret = json.loads(secret_file.read_text()) if secret_file else {}
    options = dict(entry.partition("=")[::2] for entry in option or [])
    spec = SystemSpec(code, agency, kind, location, options, secret)
    with door.writing() as session:
        systems.register(session, settings=door.settings(), spec=spec, by=door.actor(), now=door.now())
    tell(say(f"已登记系统 {code}。", f"Registered system {code}."))


@app.command("test", help=say("测试能否从系统取到数据集", "Test that a system delivers its datasets"))
def probe(code: System, in_json: door.Json = False) -> None:
    """Read the first rows of each dataset of the system; exit code 1 when one fails. Nothing is stored."""
    from catalog.contracts import load_contracts
    from catalog.errors import HubError
    from lake.sources import encoding

    given = door.settings()
    spec = _opened(code)
    contracts = [one for one in load_contracts(given.contracts_dir).values() if one.system == code]
    rows: list[dict[str, Any]] = []
    for contract in contracts:
        try:
            with progress(say(f"正在读取 {contract.dataset}", f"Reading {contract.dataset}")):
                columns = _first(spec, contract).num_columns
        except HubError as error:
            zh, en = encoding.advice(spec, contract, error)
            message = say(f"{error.zh}{zh}", f"{error.en} {en}".strip())
            rows.append({"dataset": contract.dataset, "ok": False, "message": message})
        else:
            rows.append(
                {"dataset": contract.dataset, "ok": True, "message": say(f"{columns} 列", f"{columns} columns")}
            )
    columns_shown = {
        "dataset": say("数据集", "Dataset"),
        "ok": say("正常", "Ok"),
        "message": say("说明", "What happened"),
    }
    listing(rows, columns_shown, in_json=in_json, empty=say("该系统没有契约。", "No contract names this system."))
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


@app.command(
    help=say("预览数据集的列与形状（不显示值）", "Show columns and shapes of what would be delivered, no values")
)
def preview(dataset: Dataset, in_json: door.Json = False) -> None:
    """Per delivered column: kind, how much is filled, lengths, and the shape of the first value."""
    from catalog.contracts import load_contracts
    from catalog.errors import NotFound

    contract = load_contracts(door.settings().contracts_dir).get(dataset)
    if contract is None:
        raise NotFound(
            f"没有数据集 {dataset} 的契约。请用 shuniu contract list 查看。",
            f"There is no contract for dataset {dataset}. See: shuniu contract list.",
            code="contract_unknown",
        )
    table = _first(_opened(contract.system), contract)
    rows = [_column(name, table.column(name)) for name in table.column_names]
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


def shape(value: str) -> str:
    """What a text looks like without what it says: digits 9, letters A, Chinese 字, others as they are; at most 40."""
    return "".join(_class(character) for character in value[:40])


def _class(character: str) -> str:
    if character.isdigit():
        return "9"
    if "\u3400" <= character <= "\u9fff" or character >= "\U00020000":
        return "字"
    return "A" if character.isalpha() else character


def _column(name: str, values: "pa.ChunkedArray") -> dict[str, Any]:
    texts = [str(value) for value in values.to_pylist() if value not in (None, "")]
    return {
        "column": name,
        "kind": str(values.type),
        "filled": len(texts),
        "rows": len(values),
        "shortest": min(map(len, texts), default=None),
        "longest": max(map(len, texts), default=None),
        "shape": shape(texts[0]) if texts else "",
    }


def _first(spec: "SystemSpec", contract: "Contract") -> "pa.Table":
    """The first batch of what `spec` would deliver now. Copies of files go to a temporary folder and are removed."""
    import tempfile

    import pyarrow as pa

    from lake import sources

    with tempfile.TemporaryDirectory(prefix="shuniu-preview-") as keep:
        delivery = sources.peek(door.settings(), spec, contract, keep=Path(keep))
        for batch in delivery.reader:
            return pa.Table.from_batches([batch])
        return delivery.reader.schema.empty_table()


def _opened(code: str) -> "SystemSpec":
    from catalog.actions import systems

    with door.reading() as session:
        return systems.opened(session, settings=door.settings(), code=code)


def _described(system: Any) -> dict[str, Any]:
    return {
        "code": system.code,
        "agency": system.agency,
        "kind": system.kind,
        "location": system.location,
        "options": json.dumps(system.options, ensure_ascii=False) if system.options else "",
        "secret": system.secret is not None,
    }
