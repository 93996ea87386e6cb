"""The check systems behind the national identifiers: ISO 7064 MOD 11-2, MOD 11,10 and MOD 37,36; weighted sums; Luhn.

Each function takes the characters before the check character and returns that character.
Callers guarantee the alphabet.
"""

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOD_11_2_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2 over 17 digits: '0' to '9' or 'X' (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _MOD_11_2_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def organisation(body: str) -> str:
    """GB 11714-1997 over 8 characters 0-9 A-Z: '0' to '9' or 'X'."""
    total = sum(ALPHANUMERIC.index(char) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc(body: str) -> str:
    """GB 32100-2015 over 17 characters of the 31-character alphabet (no I O S V Z)."""
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def mod_11_10(digits: str) -> str:
    """ISO 7064 MOD 11,10 (hybrid) over digits: one digit (old 15-digit business registration numbers)."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def mod_37_36(text: str) -> str:
    """ISO 7064 MOD 37,36 (hybrid) over 0-9 A-Z: one character 0-9 A-Z (GB/T 36904-2018)."""
    product = 36
    for char in text:
        product = ((product + ALPHANUMERIC.index(char)) % 36 or 36) * 2 % 37
    return ALPHANUMERIC[(37 - product) % 36]


def luhn(digits: str) -> str:
    """Luhn (ISO/IEC 7812-1) over the digits before the check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)
