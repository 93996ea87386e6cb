"""Electronic licence identifiers 电子证照标识 (GB/T 36904-2018).

`1.2.156.3005.2.<type 21>.<issuer>.<serial>.<version 3>.<check>`; the check is ISO 7064 MOD 37,36 over type, issuer,
serial and version without dots. In practice the issuer may be a division code instead of a social credit code.
"""

import re

from catalog.standards import check_digits

ROOT = "1.2.156.3005.2."
_FORM = re.compile(r"([0-9A-Z]{21})\.([0-9A-Z]{6,18})\.([0-9A-Z]+)\.([0-9]{3})\.([0-9A-Z])")


def fault(text: str) -> str | None:
    """Why `text` is no licence identifier: 'prefix', 'form' or 'check_digit'; None when it is one."""
    if not text.startswith(ROOT):
        return "prefix"
    parts = _FORM.fullmatch(text.removeprefix(ROOT))
    if parts is None:
        return "form"
    *body, check = parts.groups()
    return None if check_digits.mod_37_36("".join(body)) == check else "check_digit"
