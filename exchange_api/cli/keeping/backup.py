"""`shuniu backup` and `shuniu restore`: keep the hub's state elsewhere, and bring it back into an empty home."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, counted, say, tell

_REFUSED: Final = {
    errno.EACCES: ("没有权限", "no right to"),
    errno.EPERM: ("没有权限", "no right to"),
    errno.ENOSPC: ("空间不足", "no space left"),
    errno.EDQUOT: ("超出配额", "over the quota"),
    errno.EROFS: ("只读", "read-only"),
    errno.ENOENT: ("没有这个位置", "no such place"),
    errno.ENOTDIR: ("上级不是文件夹", "what is above it is no folder"),
    errno.EEXIST: ("已经存在", "it is there already"),
    errno.ENAMETOOLONG: ("名称过长", "its name is too long"),
}
"""What the operating system refuses with, in the hub's words."""


def add(app: typer.Typer) -> None:
    """Hang these commands on the main application."""
    app.command(help=say("备份登记库、审计、密钥和契约", "Back up registry, audit trail, keys and contracts"))(backup)
    app.command(help=say("从备份恢复到空的主目录", "Restore a backup into an empty home"))(restore)


def backup(
    target: Annotated[Path, typer.Argument(help=say("备份文件夹（须不存在）", "Folder to make"))],
    lake: Annotated[bool, typer.Option("--lake", help=say("同时复制数据湖", "Copy the lake too"))] = False,
    in_json: door.Json = False,
) -> None:
    """Consistent while the hub runs. The backup holds keys: keep it as safe as the hub itself."""
    from exchange_api.cli.keeping import safekeeping

    with _disk(target):
        manifest = safekeeping.make(door.settings(), target.resolve(), with_lake=lake, now=door.now(), watch=_watch)
    if in_json:
        as_json({"target": str(target.resolve()), "files": len(manifest["files"]), "made_at": manifest["made_at"]})
        return
    count = len(manifest["files"])
    tell(
        say(
            f"已备份 {count} 个文件到 {target}。其中含有密钥，请妥善保管。",
            f"Backed up {count} files to {target}. It holds keys: keep it safe.",
        )
    )


def restore(
    source: Annotated[Path, typer.Argument(help=say("备份文件夹", "The backup"))],
    in_json: door.Json = False,
) -> None:
    """Every byte is checked first; a home that is not empty is refused."""
    from exchange_api.cli.keeping import safekeeping

    given = door.settings()
    with _disk(given.home):
        manifest = safekeeping.restore(given, source.resolve(), watch=_watch)
    if in_json:
        as_json({"home": str(given.home), "files": len(manifest["files"]), "made_at": manifest["made_at"]})
        return
    tell(
        say(
            f"已恢复到 {given.home}。请运行 shuniu migrate，然后 shuniu serve。",
            f"Restored to {given.home}. Now run shuniu migrate, then shuniu serve.",
        )
    )
    if not manifest["with_lake"]:
        tell(
            say(
                "备份不含数据湖：请按 lake-files.json 放回文件。",
                "The backup holds no lake: put the files back as lake-files.json lists them.",
            )
        )


@contextmanager
def _disk(place: Path) -> Iterator[None]:
    """Say what the operating system refused: rights, space, a place that takes no files; by its number else."""
    from catalog.errors import Unavailable

    try:
        yield
    except OSError as error:
        zh, en = _REFUSED.get(error.errno or 0, (f"系统错误 {error.errno}", f"system error {error.errno}"))
        raise Unavailable(
            f"无法写入 {place}（{zh}）。请检查路径、权限和剩余空间。",
            f"{place} cannot be written ({en}). Check the path, its rights and the space left.",
            code="place_not_writable",
        ) from None


def _watch(name: str, files: list[Path]) -> Iterator[Path]:
    yield from counted(name, files)
