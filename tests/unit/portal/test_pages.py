"""What the pages show, and to whom."""

import html
import re
from collections.abc import Callable

import pytest

from exchange_api.portal.rendering import HEADERS
from tests.factories.client import TestClient

Enter = Callable[[str], TestClient]
PAGES = ("/", "/datasets", "/datasets/police_person", "/datasets/population", "/bases", "/runs", "/quality", "/usage")


def words_of(client: TestClient, path: str) -> str:
    """The words of a page without its markup."""
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_content_policy_and_stays_out_of_caches(signed_in: Enter, path: str) -> None:
    answer = signed_in("steward").get(path)
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"):
        assert answer.headers[name] == HEADERS[name]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_a_title_and_captions_for_its_tables(signed_in: Enter, path: str) -> None:
    markup = signed_in("steward").get(path).text
    assert markup.count("<h1") == 1
    assert markup.count("<table") == markup.count("<caption")
    assert '<a class="skip" href="#content">' in markup


def test_the_overview_counts_the_way_of_the_data(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), "/")
    for count in ("27", "106,452", "24,730", "587"):
        assert count in page
    assert "系统 land_files 的文件夹打不开" in page


def test_the_catalogue_is_found_by_an_items_title_and_narrowed_by_department(signed_in: Enter) -> None:
    browser = signed_in("steward")
    by_item = words_of(browser, "/datasets?q=公民身份号码&agency=police")
    assert "户籍人口信息" in by_item
    assert "社会保险参保信息" not in by_item
    assert "没有符合条件的数据集" in words_of(browser, "/datasets?q=%25")


def test_the_catalogue_is_paged_and_a_page_beyond_the_end_is_the_last(signed_in: Enter) -> None:
    browser = signed_in("steward")
    assert "第 1 页，共 2 页" in words_of(browser, "/datasets")
    assert "第 2 页，共 2 页" in words_of(browser, "/datasets?page=99")
    assert browser.get("/datasets?page=x").status_code == 422


def test_a_search_is_shown_back_without_becoming_markup(signed_in: Enter) -> None:
    markup = signed_in("steward").get("/datasets", params={"q": '"><script>x</script>'}).text
    assert "<script>" not in markup


def test_a_dataset_shows_fields_quality_versions_lineage_and_sharing_conditions(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), "/datasets/police_person")
    for expected in ("resident_id", "gmsfhm", "L4 高度敏感", "98.73 %", "第 2 版", "人口基础库", "本级政务部门"):
        assert expected in page
    assert "共享方式 服务接口、批量交换、文件下载 数据格式 数据库/PostgreSQL" in page


@pytest.mark.parametrize(("login", "told"), [("steward", True), ("police_clerk", True), ("housing_clerk", False)])
def test_what_standardising_changed_is_told_to_those_who_see_the_quality(
    signed_in: Enter, login: str, told: bool
) -> None:
    page = words_of(signed_in(login), "/datasets/police_person")
    assert ("公民身份号码 resident_id 15 位身份号码升为 18 位 102" in page) is told
    assert ("标准化所做的更改" in page) is told


def test_a_dataset_shows_its_uses_and_its_sources(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), "/datasets/topic_housing_support")
    assert "住房和城乡建设局 住房保障主题库 住房保障资格核验 65 1,625" in page
    assert "数据来源 最低生活保障对象 人口基础库" in page


def test_a_dataset_names_its_direct_sources_first_and_folds_the_rest(signed_in: Enter) -> None:
    browser = signed_in("steward")
    assert "提供部门 民政局 经由其他库的部门 1 个 公安局" in words_of(browser, "/datasets/topic_housing_support")
    markup = browser.get("/datasets/topic_housing_support").text
    assert re.search(r"民政局<details><summary>[^<]*</summary>公安局</details>", markup)
    assert "经由其他库" not in words_of(browser, "/datasets/police_person")


def test_a_dataset_nobody_knows_is_answered_with_a_sentence(signed_in: Enter) -> None:
    answer = signed_in("steward").get("/datasets/nothing")
    assert answer.status_code == 404
    assert "目录中没有数据集 nothing" in answer.text


def test_the_base_databases_name_their_source_departments(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), "/bases")
    assert "20,218" in page
    assert "公安局 人力资源和社会保障局、民政局" in page


def test_a_department_sees_its_own_runs_quality_and_uses_only(signed_in: Enter) -> None:
    browser = signed_in("police_clerk")
    runs = words_of(browser, "/runs?agency=hrss")
    assert "户籍人口信息" in runs
    assert "社会保险参保信息" not in runs
    quality = words_of(browser, "/quality?agency=hrss")
    assert "标准地址" in quality
    assert "社会保险参保信息" not in quality
    assert "civil-" not in words_of(browser, "/usage?provider=civil")


def test_another_departments_dataset_is_described_without_its_quality_runs_and_system(signed_in: Enter) -> None:
    page = words_of(signed_in("police_clerk"), "/datasets/hrss_insurance")
    assert "社会保险参保信息" in page
    assert "hrss_api" not in page
    assert "98.7" not in page
    assert "规则明细仅对提供部门和数据管理员显示" in page


def test_a_consumer_finds_data_but_no_runs_quality_or_uses(signed_in: Enter) -> None:
    browser = signed_in("housing_clerk")
    assert "运行" not in words_of(browser, "/").split("全市数据一览")[0]
    for path in ("/runs", "/quality", "/usage"):
        assert browser.get(path).status_code == 403
    assert "使用部门" not in words_of(browser, "/datasets/topic_housing_support")


def test_every_page_speaks_english_throughout(signed_in: Enter) -> None:
    browser = signed_in("steward")
    browser.get("/language/en")
    for path in ("/", "/runs", "/quality", "/bases", "/datasets"):
        page = words_of(browser, path).replace("中文", "")
        assert not re.search(r"[\u4e00-\u9fff]", page), path
