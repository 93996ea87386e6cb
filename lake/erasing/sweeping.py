"""What remains of erased rows once tables are rewritten: files of old versions, statistics in the log, delivered files.

Delta's log keeps the smallest and greatest value of every column of every file there ever was; those of files that are
gone are emptied in place. That a commit was made, by which run and with which facts stays to be read.
"""

import json
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from pyarrow import fs

from catalog.settings import Settings
from lake import storage, tables
from lake.delta.commit import open_table

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


def remove_deliveries(settings: Settings, batches: Iterable[tuple[str, str]], numbers: frozenset[str]) -> int:
    """Remove the files delivered with these (dataset, batch), and any other delivered file that holds a number."""
    folder, removed = settings.home / "deliveries", 0
    for dataset, batch in batches:
        place = folder / dataset / batch
        if place.is_dir():
            removed += sum(1 for path in place.rglob("*") if path.is_file())
            shutil.rmtree(place)
    for path in [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []:
        if _holds(path, numbers):
            path.unlink()
            removed += 1
    return removed


def _holds(path: Path, numbers: frozenset[str]) -> bool:
    wanted = [number.encode() for number in numbers]
    texts = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            texts += [packed.read(name) for name in packed.namelist()]
    return any(number in text.upper() for text in texts for number in wanted)
