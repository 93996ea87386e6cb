"""How a delivered value is shown to who did not deliver it: masked by what the item is, and by what stands in it.

What departments deliver need not be what an item was declared to hold: a column of division codes holds somebody's
number, one of telephones a name and an address. So no value is shown that looks like an identity or telephone number,
or that its data element could not hold; and a mask is put only on what it was made for. All else is HIDDEN.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from authorization.masking import Mask, apply
from catalog.errors import InvalidInput
from catalog.models import DataItem
from catalog.standards.elements import Element, elements
from exchange_api.numbers_of_people import PRIVATE, gives_away
from lake.detectors import SURNAMES

HIDDEN: Final = "****"
MASKED_GRADES: Final = frozenset({"L3", "L4"})
_NUMBER_OF_A_PERSON: Final = r"[A-Za-z0-9]{8,18}"
_NAME: Final = r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff]{2,8}[·•][\u3400-\u9fff]{2,12}"
MASKS: Final[Mapping[str, tuple[Mask, str]]] = {
    "resident_id": (Mask("resident_id_strict"), _NUMBER_OF_A_PERSON),
    "foreign_resident_id": (Mask("resident_id_strict"), _NUMBER_OF_A_PERSON),
    "travel_permit_no": (Mask("resident_id_strict"), _NUMBER_OF_A_PERSON),
    "passport_no": (Mask("resident_id_strict"), _NUMBER_OF_A_PERSON),
    "person_name": (Mask("name"), _NAME),
    "former_person_name": (Mask("name"), _NAME),
    "right_holder": (Mask("name"), _NAME),
    "phone": (Mask("phone"), r"(\+?86-?)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}"),
    "address_text": (Mask("address"), r"(?!.*[0-9]{11})[^,，;；|\s]+"),
}
"""How an item of grade L3 or L4 is shown, by data element, and the form (a whole match) that mask was made for."""
_DAY: Final = r"(19|20)[0-9]{2}-?[0-9]{2}-?[0-9]{2}"
PARTS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "resident_id": (r"[0-9]{17}[0-9X]", lambda value: "*" * 14 + value[-4:]),
    "foreign_resident_id": (r"[0-9A-Z]{18}", lambda value: "*" * 14 + value[-4:]),
    "person_name": (r"[\u3400-\u9fff]{3}", lambda value: f"{value[0]}*{value[-1]}"),
    "former_person_name": (r"[\u3400-\u9fff]{3}", lambda value: f"{value[0]}*{value[-1]}"),
    "death_date": (_DAY, lambda value: f"{value[:4]}-**-**"),
}
"""By data element: the form (a whole match), and what of it a reviewer may see who asks for more; see `partly`."""
FORMS: Final[Mapping[str, str]] = {
    "number": r"[-+]?[0-9,]{1,20}(\.[0-9]{1,12})?",
    "date": r"[0-9TZ年月日时分秒:./+ -]{4,32}",
    "code": r"[A-Za-z0-9.-]{1,12}|[\u3400-\u9fff（）()、]{1,12}",
    "identifier": r"[A-Za-z0-9\u3400-\u9fff〔〕（）()\[\]#_:./-]+",
}
"""What values of a family of data elements look like (a whole match); of other families anything that is text."""
OWN_FORM: Final[Mapping[str, str]] = {"uscc": r"[159ANY][1-9A-Z][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", "reg_no": "[0-9]{15}"}
"""Elements of 15 and 18 signs that are nobody's identity number, although one may look so."""
SAME_AS: Final[Mapping[tuple[str, int], str]] = {("taxpayer_no", 18): "uscc", ("managing_uscc", 18): "uscc"}
"""Element and length of a value -> the element it is then: a taxpayer's number of 18 signs is its credit code."""
PERSON: Final = re.compile(_NAME)


def disguise_of(item: DataItem) -> Callable[[str | None], str]:
    """How a value of `item` is shown to everybody but the department that delivered it; '' for none."""
    return _masked(item.element) if guarded(item) else _checked(elements().get(item.element), item.element)


def partly(item: DataItem) -> Callable[[str | None], str]:
    """How a value is shown to a reviewer who asks for more: what usual practice lets be seen, never a whole value.

    Last four of an identity number, first and last character of a name of three, the year of a death. The rest as
    `disguise_of` says; a number's division and birthday are not shown, or it could be put together again. Nor is the
    year of birth anywhere: with it, the check digit leaves some thirty numbers to try.
    """
    strictly = disguise_of(item)
    form, more = PARTS.get(item.element, (None, None))

    def shown(value: str | None) -> str:
        text = (value or "").strip()
        fitting = more is not None and form is not None and re.fullmatch(form, text) is not None
        return more(text) if fitting and more is not None else strictly(value)

    return shown


def guarded(item: DataItem) -> bool:
    """Whether an item is masked whatever stands in it."""
    return item.grade in MASKED_GRADES or item.personal == "sensitive"


def check_written(text: str) -> None:
    """Raise InvalidInput for words of a person that give away a number of somebody: they are kept, and shown."""
    if gives_away(text):
        raise InvalidInput(
            "文字中含有证件号码、电话或银行卡号。请删去号码，只写核实的方式与结果。",
            "The text holds an identity, telephone or card number. Leave the number out; say how it was checked.",
            code="text_private",
        )


def plainly(value: str | None) -> str:
    """The value as delivered."""
    return value or ""


def _masked(element: str) -> Callable[[str | None], str]:
    mask, form = MASKS.get(element, (None, ""))

    def shown(value: str | None) -> str:
        if not value:
            return ""
        if mask is None or re.fullmatch(form, value.strip()) is None:
            return HIDDEN
        masked = str(apply(mask, value.strip(), b""))
        return HIDDEN if PRIVATE.search(masked) else masked

    return shown


def _checked(element: Element | None, code: str) -> Callable[[str | None], str]:
    def shown(value: str | None) -> str:
        return value if value and fits(element, code, value.strip()) else HIDDEN if value else ""

    return shown


def fits(element: Element | None, code: str, value: str) -> bool:
    """Whether `value` could be of the data element and gives nobody away: its length, its family's form, no number."""
    if own := OWN_FORM.get(SAME_AS.get((code, len(value)), code)):
        return re.fullmatch(own, value) is not None
    if PRIVATE.search(value) or (element and element.length and value.isascii() and len(value) > element.length):
        return False  # codes delivered in words are longer than the code
    family = element.family if element else "text"
    form = FORMS.get(family)
    if form is not None and re.fullmatch(form, value) is None:
        return False
    named = family in {"code", "identifier"} and PERSON.fullmatch(value) is not None and value[0] in SURNAMES
    return not named
