"""Which files of a place are due, under what names they are kept, and how far a place was taken.

In a folder names tell the order (2026-01.csv, 2026-02.csv), and in each folder for itself: another folder's newer file
says nothing of what is still to come here. Position: the newest name taken; where files lie below the place's root,
JSON of it by folder.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from catalog.errors import SourceUnreadable

ROOT = "."
ANYWHERE = ""


def due(found: Sequence[PurePosixPath], since: str | None) -> list[PurePosixPath]:
    """Those of `found` (paths below the place's root) whose names come after what position `since` says of their
    folder.
    """
    taken = _by_folder(since)
    return [path for path in found if path.name > taken.get(str(path.parent), taken.get(ANYWHERE, ""))]


def reached(found: Sequence[PurePosixPath], since: str | None) -> str | None:
    """The position when all of `found` are taken."""
    before = _by_folder(since)
    newest = {folder: name for folder, name in before.items() if folder != ANYWHERE}
    for path in found:
        folder = str(path.parent)
        newest[folder] = max(path.name, newest.get(folder, before.get(ANYWHERE, "")))
    if set(newest) <= {ROOT}:
        return newest.get(ROOT, since)
    return json.dumps(newest, ensure_ascii=False, sort_keys=True)


def kept_names(paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, str]:
    """Under what name each file is kept: its own, unless another folder holds one of the same name; then with the
    folders before it. Raises SourceUnreadable when even so two would be one.
    """
    often = Counter(path.name for path in paths)
    names = {path: path.name if often[path.name] == 1 else "／".join(path.parts) for path in paths}
    if len(set(names.values())) < len(names):
        raise _twins()
    return names


def _by_folder(since: str | None) -> dict[str, str]:
    try:
        found = json.loads(since or "")
    except ValueError:
        found = None
    return (
        {str(folder): str(name) for folder, name in found.items()}
        if isinstance(found, dict)
        else {ANYWHERE: since or ""}
    )


def _twins() -> SourceUnreadable:
    return SourceUnreadable(
        "部门交来的文件中有两个无法区分的同名文件，未予读取。请部门改名后重新上传。",
        "Two of the department's files cannot be told apart by their names; none was read. Ask the department to rename"
        " one and to upload again.",
        code="file_twins",
    )
