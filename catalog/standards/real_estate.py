"""Real estate unit codes 不动产单元代码 (GB/T 37346-2019): parcel (19) and what stands on it (9). Form only."""

import re

_PARCEL = re.compile(r"[0-9]{6}[0-9]{3}[0-9]{3}[A-Z]{2}[0-9]{5}")
_FIXTURE = re.compile(r"[FLQW][0-9]{8}")


def parcel_fault(text: str) -> str | None:
    """Why `text` is no parcel code (宗地代码): 'length' or 'form'; None when it is one."""
    if len(text) != 19:
        return "length"
    return None if _PARCEL.fullmatch(text) else "form"


def unit_fault(text: str) -> str | None:
    """Why `text` is no unit code of 28 characters: 'length' or 'form'; None when it is one."""
    if len(text) != 28:
        return "length"
    return parcel_fault(text[:19]) or (None if _FIXTURE.fullmatch(text[19:]) else "form")
