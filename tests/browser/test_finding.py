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


def test_on_a_telephone_the_two_choices_of_a_row_stand_side_by_side_with_their_names(steward: Page) -> None:
    steward.goto("/entities")
    steward.get_by_label("证件号码").fill(str(reviewed.PERSONS[5]["resident_id"]))
    steward.get_by_role("button", name="查找").click()
    steward.goto(str(steward.locator("a[href^='/entities/population/']").first.get_attribute("href")))
    steward.set_viewport_size({"width": 375, "height": 740})
    for opened in (False, True):
        steward.evaluate("open => document.querySelectorAll('.fold').forEach(one => { one.open = open })", opened)
        lefts, rights = (steward.locator(f"input[name={name}]").all() for name in ("left", "right"))
        assert len(lefts) == len(rights) > 1
        for left, right in zip(lefts, rights, strict=True):
            one, other = left.bounding_box(), right.bounding_box()
            assert one is not None
            assert other is not None
            assert one["y"] == other["y"]
            assert one["x"] < other["x"]
    fits(steward)
