"""Bank card numbers (ISO/IEC 7812-1): 16 to 19 digits, the last one by Luhn."""

from catalog.standards import check_digits


def fault(text: str) -> str | None:
    """Why `text` is no bank card number: 'length', 'alphabet' or 'check_digit'; None when it is one."""
    if not 16 <= len(text) <= 19:
        return "length"
    if not (text.isascii() and text.isdigit()):
        return "alphabet"
    return None if check_digits.luhn(text[:-1]) == text[-1] else "check_digit"
