"""What remains of erased rows beside rewritten tables: old versions, statistics in the log, files as they came or went.

Delta's log keeps the smallest and greatest value of every column of every file there ever was; those of files that are
gone are emptied in place. That a commit was made, by which run and with which facts stays to be read.
"""

import json
import shutil
from urllib.parse import unquote

from pyarrow import fs

from catalog.settings import Settings
from lake import storage, tables
from lake.delta.commit import open_table
from lake.reading.projection import shared

_LOG = "_delta_log"


def sweep(settings: Settings, uri: str) -> None:
    """Keep nothing of a table but its newest version."""
    table = open_table(uri, settings)
    if table is None:
        return
    tables.vacuum(uri, keep_hours=0, settings=settings)
    table = open_table(uri, settings)
    assert table is not None
    table.create_checkpoint()
    live = {part.path for part in tables.parts(uri, settings=settings)}
    store, root = storage.filesystem(uri, settings)
    for entry in store.get_file_info(fs.FileSelector(f"{root}/{_LOG}", allow_not_found=True)):
        name = entry.base_name
        if ".checkpoint." in name and not name.startswith(f"{table.version():020d}"):
            store.delete_file(entry.path)
        elif name.endswith(".json"):
            _empty_statistics(store, entry.path, live)


def _empty_statistics(store: fs.FileSystem, path: str, live: set[str]) -> None:
    with store.open_input_stream(path) as stream:
        before = stream.read()
    actions = [json.loads(line) for line in before.decode().splitlines() if line]
    after = [_without(action, live) for action in actions]
    if after == actions:
        return
    with store.open_output_stream(f"{path}.tmp") as stream:
        stream.write("\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in after).encode())
    store.move(f"{path}.tmp", path)


def _without(action: dict[str, object], live: set[str]) -> dict[str, object]:
    """An action of the log; one that adds a file which is gone, without what it says of the file's values."""
    added = action.get("add")
    if isinstance(added, dict) and added.get("stats") and unquote(str(added.get("path"))) not in live:
        return action | {"add": added | {"stats": None}}
    return action


def remove_deliveries(settings: Settings, dataset: str, batch: str = "") -> None:
    """Remove every file kept of what `dataset` delivered, or of one batch: the raw zone has the rows of the others.

    Not searched for the person: they may stand in it packed, in another encoding or inside a workbook.
    """
    place = settings.home / "deliveries" / dataset / batch
    if place.is_dir():
        shutil.rmtree(place)


def remove_shared(settings: Settings) -> None:
    """Remove the files made for recipients, on this machine wherever the lake is; asked for again they are made anew.

    Also one being made of an old version: whoever makes it can then not give it its name.
    """
    for path in shared(settings).rglob("*"):
        if path.is_file():
            path.unlink(missing_ok=True)
