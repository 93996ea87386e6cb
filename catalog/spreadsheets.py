"""Text that spreadsheets open: what a department typed must not run as a formula where somebody opens an export."""

from typing import Final

FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def defused(cell: str) -> str:
    """A text cell as a CSV for people may hold it: one that a spreadsheet would calculate gets a ' before it.

    For text only: numbers stay numbers. JSON and NDJSON keep the text as it is (OWASP, CSV Injection).
    """
    return f"'{cell}" if cell.startswith(FORMULA_BEGINS) else cell
