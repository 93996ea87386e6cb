"""A steward reviews in a real browser: from the list to a pair, a decision, the next pair, back, and an entity."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDTHS
from tests.browser.test_pages import barriers, pushed_out

HEIGHT = "document.querySelector('.sheet').getBoundingClientRect().height"
"""How high the list itself is: how much stands around it does not grow with the rows."""


def fits(page: Page) -> None:
    """The page has nothing to push sideways and no barrier at any width, and breaks no rule of the content policy."""
    for name, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        assert pushed_out(page) == [], name
        assert barriers(page) == [], name
    assert page.evaluate("breaches") == []


def test_a_pair_and_an_entity_fit_every_width_without_a_barrier(steward: Page) -> None:
    steward.goto("/reviews?base=population")
    steward.get_by_role("rowheader").first.get_by_role("link").click()
    expect(steward.get_by_role("heading", level=1)).to_have_text("这两条记录是否为同一实体？")
    fits(steward)
    steward.set_viewport_size({"width": 1440, "height": 900})
    steward.locator("a[href^='/entities/']").first.click()
    expect(steward.get_by_role("heading", level=1)).to_have_text("实体的来由")
    fits(steward)


def test_a_decision_leads_to_the_next_pair_and_going_back_and_sending_again_counts_once(steward: Page) -> None:
    steward.goto("/reviews?base=population&state=open")
    steward.get_by_role("rowheader").first.get_by_role("link").click()
    first = steward.url
    steward.get_by_label("不能确定").check()
    steward.get_by_label("理由").fill("档案待查")
    steward.get_by_role("button", name="提交结论，核对下一对").click()
    steward.wait_for_url(re.compile(r"after="))
    assert steward.url.split("?")[0] != first
    expect(steward.get_by_role("status")).to_contain_text("已记录")
    steward.go_back()
    steward.get_by_label("不能确定").check()
    steward.get_by_label("理由").fill("档案待查")
    steward.get_by_role("button", name="提交结论，核对下一对").click()
    steward.wait_for_url(re.compile(r"after="))
    steward.get_by_role("link", name="返回上一对修改结论").click()
    assert steward.url == first
    assert steward.locator("#history ~ .sheet tbody tr").count() == 1


def test_on_a_telephone_a_row_is_folded_to_what_decides_and_opens(steward: Page) -> None:
    steward.set_viewport_size({"width": 390, "height": 844})
    for path in ("/reviews?base=population", "/tickets"):
        steward.goto(path)
        folded = steward.evaluate(HEIGHT)
        row = steward.locator("tbody tr").first
        shut = row.locator("td:visible").count()
        row.locator(".fold summary").click()
        assert row.locator("td:visible").count() > shut
        steward.evaluate("document.querySelectorAll('.fold').forEach(one => { one.open = true })")
        assert folded < 0.85 * steward.evaluate(HEIGHT), path
        assert pushed_out(steward) == []
    steward.set_viewport_size({"width": 1280, "height": 900})
    assert steward.locator(".fold:visible").count() == 0


def test_parts_of_masked_values_are_one_press_away(steward: Page) -> None:
    steward.goto("/reviews?base=population&state=open")
    steward.get_by_role("rowheader").first.get_by_role("link").click()
    expect(steward.locator("#fields ~ .sheet")).to_contain_text("一方为空")
    steward.get_by_role("button", name="显示脱敏值的部分内容").click()
    steward.wait_for_url(re.compile("/parts$"))
    assert re.search(r"\*{14}[0-9]{3}[0-9X]", steward.locator("#fields ~ .sheet").inner_text())
    fits(steward)
