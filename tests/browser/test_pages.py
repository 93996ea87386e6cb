"""Every page at three widths and in both languages: nothing to push sideways, no barrier, nothing refused."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS
from tests.factories import ticketed

PAGES = (
    "/",
    "/datasets",
    "/datasets/police_person",
    "/datasets/topic_housing_support",
    "/bases",
    "/runs",
    "/quality",
    "/quality/ranking",
    "/quality/ranking?agency=police",
    "/tickets",
    f"/tickets/{ticketed.WITH_ROWS}",
    f"/tickets/{ticketed.ASKED}",
    "/usage",
    "/reviews",
)
SERIOUS = {"serious", "critical"}
OUTSIDE = """() => [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('thead, .unseen, .skip') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.tagName + '.' + e.className)"""


def pushed_out(page: Page) -> list[str]:
    """What of the page lies beyond the right edge; the whole page, when it can be pushed sideways."""
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*page.evaluate(OUTSIDE), *(["page"] if wider else [])]


def barriers(page: Page) -> list[str]:
    """What axe holds against the page, serious and critical."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_every_width_without_a_barrier(steward: Page, path: str) -> None:
    steward.goto(path)
    steward.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for name, (wide, high) in WIDTHS.items():
        steward.set_viewport_size({"width": wide, "height": high})
        assert pushed_out(steward) == [], name
        assert barriers(steward) == [], name


@pytest.mark.parametrize("path", PAGES)
def test_a_page_breaks_no_rule_of_the_content_policy(steward: Page, path: str) -> None:
    failed: list[str] = []
    steward.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
    steward.goto(path)
    assert steward.evaluate("breaches") == []
    assert failed == []


def test_the_way_in_fits_every_width_without_a_barrier(page: Page) -> None:
    page.goto("/login")
    for name, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        assert pushed_out(page) == [], name
        assert barriers(page) == [], name


def test_english_pages_fit_a_narrow_phone(steward: Page) -> None:
    steward.goto("/language/en")
    steward.set_viewport_size({"width": 320, "height": 640})  # WCAG 2.2, 1.4.10 Reflow
    for path in PAGES:
        steward.goto(path)
        assert pushed_out(steward) == [], path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_menu_stands_in_one_line_on_a_tablet_and_in_threes_on_a_telephone_and_no_table_is_cut_off(
    steward: Page, language: str
) -> None:
    steward.goto(f"/language/{language}?back=/")
    cut_off: set[tuple[int, str]] = set()
    for wide, lines in ((360, 3), (768, 1), (1024, 1), (1280, 1)):
        steward.set_viewport_size({"width": wide, "height": 900})
        for path in PAGES:
            steward.goto(path)
            tops = steward.evaluate("[...document.querySelectorAll('.menu a')].map(e => e.getBoundingClientRect().top)")
            assert (len(tops), len(set(map(round, tops)))) == (9, lines), (wide, path)
            cut_off |= {(wide, path)} if pushed_out(steward) else set()
    assert cut_off == set()


def test_axe_would_find_a_barrier(page: Page) -> None:
    page.goto("/login")
    page.evaluate("document.querySelector('label').remove()")
    assert any(found.startswith("label") for found in barriers(page))


def test_a_table_stays_a_table_for_a_screen_reader_on_a_phone(steward: Page) -> None:
    steward.set_viewport_size({"width": 375, "height": 740})
    steward.goto("/datasets")
    assert steward.get_by_role("row").count() == 21
    assert steward.get_by_role("columnheader", name="共享属性").count() == 1
    assert steward.get_by_role("rowheader", name="户籍人口信息").is_visible()
