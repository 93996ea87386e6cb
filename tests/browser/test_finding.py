"""A steward finds a person by a number in a real browser, and asks what was held on a day; the pages fit all widths."""

from playwright.sync_api import Page, expect

from tests.browser.test_review import fits
from tests.factories import reviewed


def test_a_number_leads_to_the_page_of_a_person_and_stands_in_no_address(steward: Page) -> None:
    asked: list[str] = []
    steward.on("request", lambda request: asked.append(request.url))
    number = str(reviewed.PERSONS[5]["resident_id"])
    steward.goto("/")
    steward.get_by_role("link", name="查找", exact=True).click()
    fits(steward)
    steward.get_by_label("证件号码").fill(number)
    steward.get_by_role("button", name="查找").click()
    expect(steward.get_by_role("heading", name="查找结果")).to_be_visible()
    assert number not in steward.content()
    fits(steward)
    steward.context.on("request", lambda request: asked.append(request.url))
    with steward.context.expect_page() as beside:
        steward.locator("a[href^='/entities/population/']").first.click()
    expect(
        steward.get_by_role("heading", name="查找结果")
    ).to_be_visible()  # what was found stays, nothing is sent again
    person = beside.value
    expect(person.get_by_role("heading", level=1)).to_have_text("实体的来由")
    person.get_by_label("有效日期").fill("2025-06-01")
    person.get_by_role("button", name="查看", exact=True).click()
    expect(person.locator("#past ~ .lede")).to_contain_text("2025-06-01 有效的值")
    fits(person)
    assert not [url for url in asked if number in url]
