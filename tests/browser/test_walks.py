"""What people do in the portal, from start to end."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.factories import ticketed


def test_a_clerk_signs_in_finds_a_dataset_and_reads_its_fields(page: Page) -> None:
    sign_in(page, "police_clerk")
    page.get_by_role("link", name="数据目录").click()
    page.get_by_label("标题、代码或数据项").fill("没有的词")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("没有符合条件的数据集")).to_be_visible()
    page.get_by_label("标题、代码或数据项").fill("户籍")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="户籍人口信息").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("户籍人口信息")
    expect(page.get_by_role("rowheader", name=re.compile("公民身份号码.*必填"))).to_be_visible()


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


def test_after_signing_out_the_back_button_shows_nothing(page: Page) -> None:
    sign_in(page, "steward")  # its own session: the others go on with theirs
    page.goto("/quality")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def test_a_clerk_answers_an_overdue_ticket_with_the_keyboard_alone(page: Page) -> None:
    sign_in(page, "police_clerk")
    page.get_by_role("link", name="整改工单").click()
    page.get_by_label("状态").select_option("open")
    page.get_by_role("button", name="查看").click()
    page.get_by_role("link", name="公民身份号码：校验位不符").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="开立")).to_be_visible()
    expect(page.get_by_text("370683199003074511")).to_be_visible()
    page.get_by_label("内容或理由").focus()
    page.keyboard.type("系统中已改正，下次交付可见")
    page.keyboard.press("Tab")  # the first button is the step that moves the ticket
    expect(page.get_by_role("button", name="代表部门答复")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="已答复")).to_be_visible()
    expect(page.get_by_text("系统中已改正，下次交付可见")).to_be_visible()
    assert page.evaluate("breaches") == []


def test_a_failing_row_leaves_as_a_sheet(steward: Page) -> None:
    steward.goto(f"/tickets/{ticketed.WITH_ROWS}")
    with steward.expect_download() as sent:
        steward.get_by_role("link", name="下载全部问题行（CSV）").click()
    text = sent.value.path().read_text(encoding="utf-8-sig")
    assert sent.value.suggested_filename == f"{ticketed.WITH_ROWS}.csv"
    assert len(text.splitlines()) == 1 + len(ticketed.IDS)
    assert ticketed.IDS[0] not in text


def test_a_recipient_raises_a_correction_and_watches_its_clock(page: Page) -> None:
    sign_in(page, "housing_clerk")
    page.goto("/datasets/topic_housing_support")
    page.get_by_role("link", name="提出校核").click()
    page.get_by_label("哪里有误，依据是什么").fill("编号 p0007 的姓名与户籍不符")
    page.get_by_role("button", name="提交校核").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("数据校核")
    expect(page.get_by_text("剩余 10 个工作日")).to_be_visible()
    expect(page.get_by_text("编号 p0007 的姓名与户籍不符")).to_be_visible()


def test_the_ranking_leads_from_a_department_to_what_it_must_correct(steward: Page) -> None:
    steward.goto("/quality")
    steward.get_by_role("link", name="部门排名与月报").click()
    expect(steward.get_by_role("img").first).to_have_attribute("aria-label", re.compile(r"\d{4}-\d\d: \d+\.\d\d"))
    steward.get_by_role("link", name="公安局").click()
    expect(steward.get_by_role("heading", name="待改问题")).to_be_visible()
    with steward.expect_download() as sent:
        steward.get_by_role("link", name="下载月报（网页）").click()
    assert "部门排名" in sent.value.path().read_text(encoding="utf-8")
