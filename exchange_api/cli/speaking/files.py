"""Files a command writes where it was told to: checked before the work, and never put over another unsaid."""

from pathlib import Path
from typing import TYPE_CHECKING

from exchange_api.cli.speaking.speech import say

if TYPE_CHECKING:
    from catalog.errors import InvalidInput


def check_place(out: Path) -> None:
    """Raise InvalidInput when the folder of `out` is not there, or `out` is a folder itself."""
    if not out.parent.is_dir() or out.is_dir():
        raise _unwritable(out)


def write(out: Path, body: bytes) -> str:
    """Write `body`; what to add to the sentence: that a file stood there before, or ''. Raises InvalidInput."""
    stood = out.exists()
    try:
        out.write_bytes(body)
    except OSError:
        raise _unwritable(out) from None
    return say("（已覆盖原有文件）", " (the file that was there is overwritten)") if stood else ""


def _unwritable(out: Path) -> "InvalidInput":
    from catalog.errors import InvalidInput

    return InvalidInput(
        f"无法写入文件 {out}。请确认所在文件夹存在且可写。",
        f"The file {out} cannot be written. See that its folder is there and may be written to.",
        code="file_unwritable",
        path=str(out),
    )
