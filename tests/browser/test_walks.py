"""What people do in the portal, from start to end."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in


def test_a_clerk_signs_in_finds_a_dataset_and_reads_its_fields(page: Page) -> None:
    sign_in(page, "police_clerk")
    page.get_by_role("link", name="数据目录").click()
    page.get_by_label("标题、代码或数据项").fill("低保")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("没有符合条件的数据集")).to_be_visible()
    page.get_by_label("标题、代码或数据项").fill("户籍")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="户籍人口信息").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("户籍人口信息")
    expect(page.get_by_role("rowheader", name=re.compile("公民身份号码"))).to_be_visible()


def test_a_wrong_password_is_said_and_the_login_is_kept(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("账号").fill("steward")
    page.get_by_label("口令").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或口令不正确")
    expect(page.get_by_label("账号")).to_have_value("steward")


def test_the_language_is_switched_on_the_page_one_is_on_and_kept(steward: Page) -> None:
    steward.goto("/datasets?zone=base")
    steward.get_by_role("link", name="English").click()
    expect(steward).to_have_url(re.compile(r"/datasets\?zone=base$"))
    expect(steward.get_by_role("heading", level=1)).to_have_text("Catalogue")
    assert steward.locator("html").get_attribute("lang") == "en"
    steward.get_by_role("link", name="Runs").click()
    expect(steward.get_by_role("heading", level=1)).to_have_text("Runs")
    steward.get_by_role("link", name="中文").click()
    expect(steward.get_by_role("heading", level=1)).to_have_text("运行")


def test_a_failure_is_followed_from_the_overview_to_the_runs(steward: Page) -> None:
    steward.goto("/")
    expect(steward.get_by_text("系统 land_files 的文件夹打不开")).to_be_visible()
    steward.get_by_role("link", name="运行").click()
    steward.get_by_label("结果").select_option("failed")
    steward.get_by_role("button", name="查看").click()
    expect(steward.get_by_role("row")).to_have_count(3)  # headings, the step, its sentence


def test_quality_is_drilled_down_from_department_to_rule(steward: Page) -> None:
    steward.goto("/quality")
    steward.get_by_role("link", name="公安局").click()
    steward.get_by_role("link", name="户籍人口信息").click()
    expect(steward.get_by_role("rowheader", name=re.compile("身份号码校验位正确"))).to_be_visible()


def test_the_keyboard_reaches_the_content_past_the_menu(steward: Page) -> None:
    steward.goto("/runs")
    steward.keyboard.press("Tab")
    expect(steward.get_by_role("link", name="跳到正文")).to_be_focused()
    steward.keyboard.press("Enter")
    steward.keyboard.press("Tab")
    expect(steward.get_by_label("部门")).to_be_focused()


def test_after_signing_out_the_back_button_shows_nothing(steward: Page) -> None:
    steward.goto("/quality")
    steward.get_by_role("button", name="退出").click()
    steward.wait_for_url("**/login")
    steward.go_back()
    expect(steward.get_by_role("heading", level=1)).to_have_text("登录")
