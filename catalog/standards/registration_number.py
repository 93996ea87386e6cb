"""Old business registration numbers 营业执照注册号 (15 digits: division, sequence, check by ISO 7064 MOD 11,10)."""

from catalog.standards import check_digits

_DIGITS = frozenset("0123456789")


def fault(text: str) -> str | None:
    """Why `text` is no registration number: 'length', 'alphabet' or 'check_digit'; None when it is one."""
    if len(text) != 15:
        return "length"
    if not _DIGITS.issuperset(text):
        return "alphabet"
    return None if check_digits.mod_11_10(text[:14]) == text[14] else "check_digit"
