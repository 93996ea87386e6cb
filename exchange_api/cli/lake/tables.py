"""`shuniu lake`: what lies in the lake and how it came there."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from exchange_api.cli.lake import upkeep as lake_upkeep
from exchange_api.cli.lake.places import Name, Zone, uri_of
from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import counted, listing, say, worded
from lake.layout import ZONES

app = door.noun("数据湖", "The lake")
lake_upkeep.add(app)


@app.command(help=say("列出各库区的表、行数和文件数", "List tables with rows and files, by zone"))
def status(in_json: door.Json = False) -> None:
    """Rows and files of the newest version of every table that is there."""
    from lake import storage, tables
    from lake.layout import Layout

    given = door.settings()
    layout = Layout(given.lake_url)
    # What is there is asked of the lake, not of the catalogue: links, reviews and findings stand in no entry of it.
    with door.reading():  # a home that is none is an error, not an empty lake
        places = [
            (zone, name, layout.found(zone, name))
            for zone in ZONES
            for name in storage.folders(layout.zone(zone), given)
        ]
    rows = []
    for zone, code, uri in counted(say("查看数据表", "Looking at tables"), places):
        version = tables.version(uri, settings=given)
        if version is not None:
            count, files = tables.rows(uri, settings=given), len(tables.files(uri, settings=given))
            rows.append({"zone": zone, "table": code, "version": version, "rows": count, "files": files, "uri": uri})
    columns = {
        "zone": say("库区", "Zone"),
        "table": say("表", "Table"),
        "version": say("版本", "Version"),
        "rows": say("行数", "Rows"),
        "files": say("文件", "Files"),
    }
    if not in_json:
        rows = [row | {"zone": worded("zone", str(row["zone"]))} for row in rows]
    listing(rows, columns, in_json=in_json, empty=say("湖中还没有数据。", "There is nothing in the lake yet."))


@app.command(help=say("一张表的提交历史", "Commits of one table, newest first"))
def history(
    zone: Zone,
    name: Name,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=say("条数", "How many"))] = 20,
    in_json: door.Json = False,
) -> None:
    """Version, moment, operation and run of each commit."""
    from lake import tables

    given = door.settings()
    uri = uri_of(given, zone, name)
    rows = [
        {
            "version": commit.get("version"),
            "at": datetime.fromtimestamp(int(commit.get("timestamp", 0)) / 1000, UTC),
            "operation": commit.get("operation"),
            "run": commit.get("run_id"),
        }
        for commit in tables.history(uri, limit, settings=given)
    ]
    columns = {
        "version": say("版本", "Version"),
        "at": say("时间", "At"),
        "operation": say("操作", "Operation"),
        "run": say("运行", "Run"),
    }
    listing(rows, columns, in_json=in_json)
