"""Industry codes (GB/T 4754-2017): section letter A-T, division, group and class."""

import re

_FORM = re.compile(r"[A-T]|[A-T]?[0-9]{2,4}")
_LAST_DIVISIONS = {
    "A": 5, "B": 12, "C": 43, "D": 46, "E": 50, "F": 52, "G": 60, "H": 62, "I": 65, "J": 69, "K": 70,
    "L": 72, "M": 75, "N": 79, "O": 82, "P": 83, "Q": 85, "R": 90, "S": 96, "T": 97,
}  # fmt: skip


def section(code: str) -> str | None:
    """The section letter of a code with or without its letter; None when no section holds its division."""
    if code[:1].isalpha():
        return code[0]
    division = int(code[:2])
    if division == 0:
        return None
    return next((letter for letter, last in _LAST_DIVISIONS.items() if division <= last), None)


def fault(text: str) -> str | None:
    """Why `text` is no industry code: 'form' or 'section' (of another letter); None when it is one."""
    if not _FORM.fullmatch(text):
        return "form"
    digits = text.lstrip("ABCDEFGHIJKLMNOPQRST")
    if not digits:
        return None
    expected = section(digits)
    return None if expected is not None and text[0] in (expected, digits[0]) else "section"
