"""What pages link to exists, and a filter says what it leaves out."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from catalog.actions import datasets, runs
from catalog.database import open_session
from catalog.settings import Settings
from tests.factories.client import TestClient
from tests.unit.portal.test_pages import words_of

Enter = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def fed_back(city: Settings) -> Settings:
    """The city with a feedback step of each name, and lineage from a dataset nobody registered."""
    now = datetime.now(UTC)
    for name in ("usage", "usage_police"):
        with runs.step(city, stage="feedback", dataset=name, agency="police", clock=lambda: now) as step:
            step.rows = 1
    with open_session(city) as session:
        edges = [("*", "withdrawn_list", "*"), ("*", "civil_subsistence", "*"), ("*", "population", "*")]
        datasets.record_lineage(session, target="topic_housing_support", edges=edges, by="test", now=now)
    return city


def test_a_feedback_step_has_a_title_and_no_link(signed_in: Enter, fed_back: Settings) -> None:
    browser = signed_in("steward")
    page = words_of(browser, "/runs")
    assert "使用反馈 · 公安局" in page
    markup = browser.get("/runs").text
    assert "/datasets/usage" not in markup
    assert "/datasets/police_person" in markup


def test_a_source_nobody_registered_is_named_without_a_link(signed_in: Enter, fed_back: Settings) -> None:
    browser = signed_in("steward")
    assert "withdrawn_list 未登记" in words_of(browser, "/datasets/topic_housing_support")
    assert "/datasets/withdrawn_list" not in browser.get("/datasets/topic_housing_support").text


def test_a_dataset_used_only_through_another_says_so(signed_in: Enter, city: Settings) -> None:
    browser = signed_in("steward")
    page = words_of(browser, "/datasets/civil_subsistence")
    assert "没有直接使用；经下游数据集的使用见使用反馈： 住房保障主题库" in page
    assert "还没有" not in page.split("没有直接使用")[1][:40]


@pytest.mark.parametrize(
    ("path", "heading"), [("/quality?agency=hrss", "质量 · "), ("/usage?provider=civil", " · 民政局")]
)
def test_a_page_narrowed_to_a_department_names_it_and_leads_back_to_all(
    signed_in: Enter, path: str, heading: str
) -> None:
    page = words_of(signed_in("steward"), path)
    assert heading in page
    assert "全部部门" in page


@pytest.mark.parametrize("path", ["/runs?agency=x", "/quality?agency=x", "/usage?provider=x", "/datasets?agency=x"])
def test_a_department_nobody_knows_is_answered_with_a_sentence(signed_in: Enter, path: str) -> None:
    answer = signed_in("steward").get(path)
    assert answer.status_code == 404
    assert "没有这个部门" in answer.text


def test_who_sees_their_own_department_only_is_offered_no_other(signed_in: Enter) -> None:
    browser = signed_in("police_clerk")
    assert 'id="agency"' not in browser.get("/runs").text
    assert "运行 · 公安局" in words_of(browser, "/runs")
    assert "全部部门" not in words_of(browser, "/quality") + words_of(browser, "/usage")


def test_verdicts_are_in_the_catalogue_for_those_alone_who_may_see_them(signed_in: Enter) -> None:
    browser = signed_in("police_clerk")
    assert browser.get("/datasets?q=police_person").text.count('data-label="质量"><span><span class="tag') == 1
    assert 'data-label="质量"><span><small>仅提供部门可见' in browser.get("/datasets?q=hrss_insurance").text
    assert 'class="tag' not in browser.get("/bases").text


def test_a_consumer_sees_no_verdict_and_no_figure_without_a_value(signed_in: Enter) -> None:
    browser = signed_in("housing_clerk")
    assert 'data-label="质量"' not in browser.get("/datasets").text
    assert 'class="tag' not in browser.get("/bases").text
    front = words_of(browser, "/")
    assert "—" not in front
    assert "待处理" not in front


@pytest.mark.parametrize(("said", "title"), [("身份证", "户籍人口信息"), ("低保", "最低生活保障对象")])
def test_the_catalogue_is_found_by_the_words_people_say(signed_in: Enter, said: str, title: str) -> None:
    assert title in words_of(signed_in("steward"), f"/datasets?q={said}")
