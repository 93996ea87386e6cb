"""GB 32100-2015, GB 11714-1997, old registration numbers and licence identifiers: published and computed vectors."""

import pytest

from catalog.standards import check_digits, licence_id, organisation_code, registration_number, uscc

CREDIT_CODES = [
    ("91350100M000100Y43", None),
    ("91370683MA3C00003Q", None),
    ("92370783MA3N5A7X26", None),
    ("11370285059571422N", None),
    ("123418227641000799", None),
    ("51370281MJD000011M", None),
    ("54370683004340002B", None),
    ("93370683MA3CAL2Q0B", None),
    ("N2370683MF00000132", None),
    ("91370683MA3C0002XB", None),
    ("91370683MA3C00070N", None),
    ("91370683MA3C004760", None),
    ("91370683MA3C000030", "check_digit"),
    ("91370683MO3C00003Q", "alphabet"),
    ("91370683MA3C00003", "length"),
    ("91370683ma3c00003q", "alphabet"),
    ("95370683MA3C00003Q", "prefix"),
    ("913706X3MA3C00003Q", "prefix"),
]
ORGANISATION_CODES = [
    ("D2143569-X", None),
    ("05957142-2", None),
    ("76410007-9", None),
    ("MA3C0000-3", None),
    ("MA3CAL2Q-0", None),
    ("12345678-8", None),
    ("00000001-9", None),
    ("764100079", None),
    ("76410007-8", "check_digit"),
    ("D2143569-9", "check_digit"),
    ("MA3C0000-X", "check_digit"),
    ("0595714-22", "length"),
    ("ma3c0000-3", "alphabet"),
]
LICENCES = [
    ("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U", None),
    ("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", None),
    ("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0", None),
    ("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.V", "check_digit"),
    ("1.2.156.3005.1.11100000000013338W011.11430000006122244L.20230000403.001.U", "prefix"),
    ("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.U", "form"),
]


@pytest.mark.parametrize(("code", "reason"), CREDIT_CODES)
def test_credit_codes(code: str, reason: str | None) -> None:
    assert uscc.fault(code) == reason
    assert uscc.is_valid(code) is (reason is None)


@pytest.mark.parametrize("code", ["91370683MA3C00000Q", "91370683AM3C00003Q"])
def test_a_wrong_embedded_code_or_a_transposition_is_found(code: str) -> None:
    assert uscc.fault(code) in ("check_digit", "org_check")


def test_a_code_that_checks_but_embeds_a_wrong_code_is_told_apart() -> None:
    body = "91370683MA3C00000"
    assert uscc.fault(body + check_digits.uscc(body)) == "org_check"


def test_parts_of_a_credit_code() -> None:
    code = "91370683MA3C00003Q"
    assert (uscc.kind(code), uscc.division(code), uscc.organisation_part(code)) == ("91", "370683", "MA3C00003")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("91370683MA3CO0003Q", "91370683MA3C00003Q"),
        ("9I370683MA3C00003Q", "91370683MA3C00003Q"),
        ("91370683MA3C00003Q", "91370683MA3C00003Q"),
        ("91370683MO3C00003Q", "91370683MO3C00003Q"),
    ],
)
def test_confusable_letters_are_read_as_digits_only_where_that_makes_a_code(written: str, read: str) -> None:
    assert uscc.unconfused(written) == read


@pytest.mark.parametrize(("code", "reason"), ORGANISATION_CODES)
def test_organisation_codes(code: str, reason: str | None) -> None:
    assert organisation_code.fault(code) == reason


def test_the_compact_form_is_the_one_inside_a_credit_code() -> None:
    assert organisation_code.compact("MA3C0000-3") == "MA3C00003"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("370683200000018", "check_digit"),
        ("37068320000001", "length"),
        ("37068320000001X", "alphabet"),
    ],
)
def test_old_registration_numbers(number: str, reason: str) -> None:
    assert registration_number.fault(number) == reason


def test_exactly_one_check_digit_fits_a_registration_number() -> None:
    fitting = [digit for digit in "0123456789" if registration_number.fault(f"37068320000001{digit}") is None]
    assert len(fitting) == 1


@pytest.mark.parametrize(("identifier", "reason"), LICENCES)
def test_licence_identifiers(identifier: str, reason: str | None) -> None:
    assert licence_id.fault(identifier) == reason
