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
