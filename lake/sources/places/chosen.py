"""Which files of a place are due, under what names they are kept, and how far a place was taken.

In a folder names tell the order (2026-01.csv, 2026-02.csv), and in each folder for itself: another folder's newer file
says nothing of what is still to come here. Position: the newest name taken; where files lie below the place's root,
JSON of it by folder.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from catalog.contracts import Contract
from catalog.errors import ContractBroken, SourceUnreadable
from catalog.i18n import decoded

ROOT = "."
ANYWHERE = ""
ALL, NEWEST = "all", "newest"
"""What option `take` may say of the files of a snapshot."""
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?"
    r"|[-_.年](?:0?[1-9]|1[0-2])(?:[-_.月](?:0?[1-9]|[12]\d|3[01]))?[月日]?)(?!\d)"
)


def whole(found: Sequence[PurePosixPath], contract: Contract) -> list[PurePosixPath]:
    """Those of `found` that are the whole dataset now: every one, or by option `take: newest` the last in each folder,
    by the numbers in its name, where every delivery is a whole list.

    Raises ContractBroken where names differ by a date alone and the contract does not say which is meant: with last
    night's list still read, a department could neither correct nor take out a row.
    """
    take = contract.options.get("take")
    if take == NEWEST:
        newest = {path.parent: path for path in sorted(found, key=_counted)}
        return [path for path in found if newest[path.parent] == path]
    if take not in (None, ALL):
        raise _take_unknown(contract)
    if take is None:
        undated = Counter((path.parent, _DATE.sub("", path.name)) for path in found if _DATE.search(path.name))
        if any(count > 1 for count in undated.values()):
            raise _several(contract)
    return list(found)


def _counted(path: PurePosixPath) -> list[int | str]:
    """The name as people order it: 2026年10月 comes after 2026年9月."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", path.name)]


def due(found: Sequence[PurePosixPath], since: str | None) -> list[PurePosixPath]:
    """Those of `found` (paths below the place's root) whose names come after what position `since` says of their
    folder.
    """
    taken = _by_folder(since)
    return [path for path in found if decoded(path.name) > taken.get(_folder(path), taken.get(ANYWHERE, ""))]


def reached(found: Sequence[PurePosixPath], since: str | None) -> str | None:
    """The position when all of `found` are taken."""
    before = _by_folder(since)
    newest = {folder: name for folder, name in before.items() if folder != ANYWHERE}
    for path in found:
        folder = _folder(path)
        newest[folder] = max(decoded(path.name), newest.get(folder, before.get(ANYWHERE, "")))
    if set(newest) <= {ROOT}:
        return newest.get(ROOT, since)
    return json.dumps(newest, ensure_ascii=False, sort_keys=True)


def kept_names(paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, str]:
    """Under what name each file is kept: its own as text, unless another folder holds one of the same name; then with
    the folders before it. Raises SourceUnreadable when even so two would be one.
    """
    own = {path: decoded(path.name) for path in paths}
    often = Counter(own.values())
    names = {path: name if often[name] == 1 else "／".join(map(decoded, path.parts)) for path, name in own.items()}
    if len(set(names.values())) < len(names):
        raise _twins()
    return names


def _folder(path: PurePosixPath) -> str:
    return str(PurePosixPath(*map(decoded, path.parent.parts)))


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


def _several(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"符合 {contract.locator} 的有几份只差日期的文件，契约没有说明取哪些。每份都是全量名单时，请在 options 中写"
        " take: newest（只取最新一份）；每份各是一部分时，写 take: all。",
        f"Several files meet {contract.locator} that differ by their date alone, and the contract does not say which to"
        " take. Where each is a whole list write `take: newest` into its options; where each is a part, `take: all`.",
        code="files_several",
        dataset=contract.dataset,
    )


def _take_unknown(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"数据集 {contract.dataset} 的 options 中 take 只能是 all 或 newest。请更正契约。",
        f"In the options of {contract.dataset} `take` is either `all` or `newest`. Correct the contract.",
        code="take_unknown",
        dataset=contract.dataset,
    )
