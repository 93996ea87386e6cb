"""`shuniu lake compact|vacuum|read|lineage`: looking after tables, and looking into them, each look on record."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from exchange_api.cli.lake.places import Name, Zone, check_rewritable, check_unpinned, uri_of
from exchange_api.cli.speaking import door, times, trail
from exchange_api.cli.speaking.speech import as_json, facts, listing, progress, say, tell

if TYPE_CHECKING:
    from catalog.settings import Settings
    from lake.bases import BaseModel

KEEP_HOURS, LEAST_HOURS, MOST_ROWS = 720, 24, 10_000


def add(app: typer.Typer) -> None:
    """Give `shuniu lake` the commands of this file."""
    app.command(help=say("把一张表的小文件压实为少数几个", "Rewrite the small files of a table into few"))(compact)
    app.command(help=say("删除不再需要的文件", "Remove files that no version kept needs any more"))(vacuum)
    app.command(help=say("查看一张表的若干行，可回到过去", "Look at rows of a table, as they are or were"))(read)
    app.command(help=say("查看血缘事件", "List lineage events, newest first"))(lineage)


def compact(zone: Zone, name: Name, in_json: door.Json = False) -> None:
    """The rows stay the same; files that are replaced go with the next vacuum."""
    from catalog.contracts import load_contract
    from lake import tables

    given = door.settings()
    check_rewritable(zone)
    uri = uri_of(given, zone, name)
    before = len(tables.files(uri, settings=given))
    file = given.contracts_dir / f"{name}.odcs.yaml"
    keys = load_contract(file).keys if zone == "standard" and file.is_file() else ()
    with progress(say("压实中", "Compacting")):
        written = tables.compact(uri, run_id=f"compact:{uuid4()}", order_by=keys, settings=given)
    found = {"version": written.version, "rows": written.rows, "files_before": before, "files": written.files}
    headings = {
        "version": say("版本", "Version"),
        "rows": say("行数", "Rows"),
        "files_before": say("原有文件", "Files before"),
        "files": say("文件", "Files"),
    }
    facts(found, in_json=in_json, headings=headings)


def vacuum(
    zone: Zone,
    name: Name,
    keep_hours: Annotated[
        int, typer.Option(min=LEAST_HOURS, help=say("保留多少小时内的版本", "Hours of versions to keep"))
    ] = KEEP_HOURS,
    in_json: door.Json = False,
) -> None:
    """Also removes what runs that broke off left behind; a published version keeps its files."""
    from lake import tables

    given = door.settings()
    uri = uri_of(given, zone, name)
    check_unpinned(given, zone, name)
    with progress(say("清理中", "Removing")):
        removed = tables.vacuum(uri, keep_hours=keep_hours, settings=given)
    if in_json:
        as_json({"zone": zone, "table": name, "removed": len(removed), "kept_hours": keep_hours})
        return
    tell(say(f"删除了 {len(removed)} 个文件。", f"{len(removed)} files were removed."))


def read(
    zone: Zone,
    name: Name,
    known: Annotated[str, times.known("--as-of")] = "",
    version: Annotated[int | None, typer.Option(min=0, help=say("版本号", "Number of a version"))] = None,
    valid: Annotated[str, times.valid("--on")] = "",
    columns: Annotated[str, typer.Option(help=say("列，用逗号分开", "Columns, with commas"))] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help=say("行数", "How many rows"))] = 20,
    in_json: door.Json = False,
) -> None:
    """Rows of the newest version, of one given, or of the one that held at a moment. The look itself is recorded.

    --valid asks of a base when its rows held in the world, --known when the hub knew them; both may be given. --valid
    of persons and legal persons reads their history. --on and --as-of are the former names of both.
    """
    from exchange_api.views import past
    from lake.bases import base, history, validity
    from lake.reading import looking

    given = door.settings()
    uri_of(given, zone, name)
    moment, day = past.known_moment(known, now=door.now()), past.valid_day(valid)
    wanted = [part.strip() for part in columns.split(",") if part.strip()]
    _check_alone(version, "--known" if moment else "")
    remembered = _with_history(given, zone, name) if day else None
    if day is not None and remembered is not None:
        _check_alone(version, "--valid")
        past.check_past(day, now=door.now())
        relation, seen = history.holding(given, remembered, day, moment)
    else:
        relation, seen = looking.at_moment(given, zone, name, moment, version)
        if day is not None:
            relation = validity.limited(relation, validity.check(base(name, given)), day)
    found = looking.rows(given, relation, wanted, limit)
    _recorded(zone, name, seen, found.num_rows, found.column_names, of_history=remembered is not None)
    listing(found.to_pylist(), {column: column for column in found.column_names}, in_json=in_json)


def lineage(
    dataset: Annotated[str, typer.Option(help=say("数据集代码", "Code of the dataset"))] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=say("条数", "How many"))] = 20,
    in_json: door.Json = False,
) -> None:
    """OpenLineage events as steps told them; with --json each whole, as it is sent to a receiver."""
    from catalog import lineage_log

    events = lineage_log.read(door.settings(), dataset=dataset, limit=limit)
    if in_json:
        as_json(events)
        return
    rows = [
        {
            "at": event["eventTime"][:19].replace("T", " "),
            "event": event["eventType"],
            "job": event["job"]["name"],
            "inputs": ", ".join(_short(table) for table in event["inputs"]),
            "outputs": ", ".join(_short(table) for table in event["outputs"]),
        }
        for event in events
    ]
    columns = {
        "at": say("时间（UTC）", "At (UTC)"),
        "event": say("事件", "Event"),
        "job": say("作业", "Job"),
        "inputs": say("读取", "Reads"),
        "outputs": say("写入", "Writes"),
    }
    listing(rows, columns, in_json=False, empty=say("还没有血缘事件。", "There are no lineage events yet."))


def _with_history(given: "Settings", zone: str, name: str) -> "BaseModel | None":
    """The base of that name where it keeps a history, which alone tells what held on a day. Raises NotFound."""
    from lake.bases import base

    model = base(name, given)
    return model if model.identity is not None and model.zone == zone else None


def _check_alone(version: int | None, other: str) -> None:
    """Raise InvalidInput for --version together with an option that tells by itself which state is read."""
    from catalog.errors import InvalidInput

    if version is not None and other:
        raise InvalidInput(
            f"--version 与 {other} 不能一起用：按 {other} 查看时，读哪个版本由它决定。请去掉其中一个。",
            f"--version cannot be given with {other}, which itself tells which version is read. Leave one of them out.",
            code="version_told_twice",
        )


def _recorded(zone: str, name: str, version: int, rows: int, items: list[str], *, of_history: bool) -> None:
    """No look without a record, not even of those who hold the machine; it is on disk before a row is shown.

    of_history: `version` is one of the base's history, and the record says so.
    """
    from catalog.models import Dataset

    with door.reading() as session:
        entry = session.get(Dataset, name)
        providers = [entry.agency] if entry else []
    trail.record(
        purpose="维护数据湖 / upkeep of the lake",
        dataset=name,
        version=version,
        surface=f"cli:lake:{zone}:history" if of_history else f"cli:lake:{zone}",
        rows=rows,
        items=items,
        providers=providers,
    )


def _short(table: dict[str, Any]) -> str:
    return "/".join(str(table["name"]).split("/")[-2:])
