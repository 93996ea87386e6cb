"""What a page says of an error helps somebody who has the pages and no terminal."""

import pytest

from catalog.errors import InvalidInput, NotFound
from exchange_api.portal.problems import COMMAND, INSTEAD, sentence
from tests.reference.errors import raised

ERRORS = raised()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_sends_its_reader_to_the_terminal(language: str) -> None:
    told = {one.code: sentence(InvalidInput(one.zh, one.en, code=one.code), language) for one in ERRORS}
    assert sum(COMMAND in one.zh for one in ERRORS) > 20
    assert [code for code, text in told.items() if COMMAND in text or len(text) < 4] == []


def test_what_is_wrong_is_kept_and_what_to_do_is_what_a_page_can_do() -> None:
    error = NotFound(
        "没有这项。请用 shuniu quality waivers 查看。", "None. See: shuniu quality waivers.", code="x_unknown"
    )
    assert sentence(error, "zh").startswith("没有这项。 请从页面上的菜单")
    assert sentence(error, "en").startswith("None. Come in again")
    plain = NotFound("没有。请重试。", "None. Try again.", code="x_unknown")
    assert (sentence(plain, "zh"), sentence(plain, "en")) == ("没有。请重试。", "None. Try again.")


def test_every_own_wording_is_of_an_error_there_is() -> None:
    assert set(INSTEAD) <= {one.code for one in ERRORS}
