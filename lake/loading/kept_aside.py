"""What is said of delivered lines that cannot be taken into a table: how many, where the first stand, and why."""

from collections.abc import Sequence

from catalog.actions.runs import Note
from catalog.i18n import file_name
from lake.sources.delivery import KeptAside

MOST_NAMED = 5
"""So many lines are told by their numbers."""


def told(count: int, first: Sequence[KeptAside]) -> Note | None:
    """The sentence for `count` lines of which `first` came first; None for none. Never what stands in a line."""
    if not count:
        return None
    named = [(file_name(one.file), one.line, one.reason) for one in first[:MOST_NAMED]]
    zh = "、".join(f"{file} 第 {line} 行（{why}）" for file, line, (why, _) in named)
    en = ", ".join(f"{file} line {line} ({why})" for file, line, (_, why) in named)
    more = (" 等", " ...") if count > len(named) else ("", "")
    return Note(
        f"交付的文件中有 {count} 行不能收入：{zh}{more[0]}。这些行仍留在文件中，请部门改正后重新交付。",
        f"Delivered lines that cannot be taken in: {count}: {en}{more[1]}. They stay in the file; ask the department"
        " to correct them and to deliver again.",
        code="lines_kept_aside",
    )
