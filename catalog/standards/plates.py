"""Vehicle plates (GA 36-2018): ordinary, new energy, armed police, embassy, consulate, emergency. Form only."""

import re

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER, _SIGN = "A-HJ-NP-Z", "A-HJ-NP-Z0-9"
_FORMS = {
    "ordinary": re.compile(f"[{_PROVINCES}][{_LETTER}][{_SIGN}]{{4}}[{_SIGN}挂学警港澳]"),
    "new_energy": re.compile(f"[{_PROVINCES}][{_LETTER}]([ABCDEFGHJK][{_SIGN}][0-9]{{4}}|[0-9]{{5}}[ABCDEFGHJK])"),
    "armed_police": re.compile(f"WJ[{_PROVINCES}]?[0-9]{{4}}[{_SIGN}]"),
    "embassy": re.compile("([0-9]{6}|[0-9]{3}[A-Z]?[0-9]{2,3})使"),
    "consulate": re.compile(f"[{_PROVINCES}][{_LETTER}][{_SIGN}]{{4}}领"),
    "emergency": re.compile(f"[{_PROVINCES}][{_LETTER}][SX][0-9]{{4}}应急"),
}


def kind(text: str) -> str | None:
    """The kind of plate, or None when `text` is none."""
    return next((name for name, form in _FORMS.items() if form.fullmatch(text)), None)


def fault(text: str) -> str | None:
    """'form' unless `text` is a plate number."""
    return None if kind(text) else "form"
