"""Options a contract may give for how its rows are read (`options` of the contract, `--option` of the commands). Pure.

A name that is none of these would be passed over in silence and the file read as if nothing had been said.
"""

from collections.abc import Iterable
from typing import Final

from catalog.errors import InvalidInput

_NAMED: Final = {
    "files": "crs delimiter encoding extended format header_rows json_path layer member quote record sheet skip_rows",
    "pages": "cursor_param cursor_path first_page look_back next_path offset_param page_param page_size paging"
    " rows_path since_param size_param total_path",
    "database": "look_back partition_by partitions query",
    "any": "coverage fresh_within graded_down history reconcile severity tiling timezone",
}
_FILES, _PAGES, _DATABASE, _ANY = (frozenset(names.split()) for names in _NAMED.values())
"""Any: whatever the kind of system, how rows are understood, compared, kept and judged."""
_BY_KIND: Final = {
    **dict.fromkeys(("files", "sftp", "s3"), _FILES),
    **dict.fromkeys(("postgresql", "mysql", "sqlite", "sql"), _DATABASE),
    "rest": _PAGES,
}
KNOWN: Final = _FILES | _DATABASE | _PAGES | _ANY
"""Every option there is."""


def check_options(names: Iterable[str], *, kind: str) -> None:
    """Raise InvalidInput for names that no system of `kind` knows; it lists the ones that are known."""
    known = _BY_KIND[kind] | _ANY if kind in _BY_KIND else KNOWN
    if unknown := sorted(set(names) - known):
        listed = sorted(known - _ANY) + sorted(_ANY)
        raise InvalidInput(
            f"没有读取选项 {'、'.join(unknown)}。{kind} 系统可用：{'、'.join(listed)}。",
            f"There is no option {', '.join(unknown)}. A system of kind {kind} knows: {', '.join(listed)}.",
            code="option_unknown",
            options=unknown,
        )
