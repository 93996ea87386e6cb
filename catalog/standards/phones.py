"""Telephone numbers: mobile, fixed with area code, 400/800, short service numbers. Form only; nobody is called."""

import re

_FORMS = {
    "mobile": re.compile(r"1[3-9][0-9]{9}"),
    "fixed": re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})-?[0-9]{7,8}(-[0-9]{1,6})?"),
    "toll_free": re.compile(r"[48]00[0-9]{7}"),
    "service": re.compile(r"1[0-9]{2,4}|9[0-9]{4,5}"),
}


def kind(text: str) -> str | None:
    """'mobile', 'fixed', 'toll_free' or 'service'; None when `text` is no telephone number."""
    return next((name for name, form in _FORMS.items() if form.fullmatch(text)), None)


def fault(text: str) -> str | None:
    """'form' unless `text` is a telephone number, without blanks, country code or brackets."""
    return None if kind(text) else "form"


def clean(text: str) -> str:
    """The stored form of a number that texts.plain gave: mobile numbers as 11 digits, others without brackets."""
    joined = re.sub(r"^(\+86|0086|86)", "", re.sub(r"[-() ]", "", text))
    return joined if _FORMS["mobile"].fullmatch(joined) else re.sub(r"[() ]", "", text)
