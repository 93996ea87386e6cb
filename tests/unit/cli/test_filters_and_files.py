"""A filter nothing can match is said to be wrong; a file is written where it can be, and over another only said so."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from quality.marking.evidence import FINDINGS
from tests.unit.cli.conftest import Shuniu


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("ticket list --state opn", "状态只能是 open、answered 或 closed"),
        ("ticket list --agency polise", "没有部门 polise"),
        ("ticket list --dataset police_persons", "没有数据集 police_persons"),
        ("quality list --agency polise", "没有部门 polise"),
        ("run list --agency polise", "没有部门 polise"),
        ("run list --dataset police_persons", "没有数据集 police_persons"),
        ("quality ranking --month 2020-01", "2020-01 没有质量判定。有判定的月份：20"),
        ("quality ranking --month 2020-13", "月份写作"),
    ],
    ids=["state", "agency", "dataset", "quality agency", "run agency", "run dataset", "month", "no month"],
)
def test_a_filter_nothing_can_match_is_said_to_be_wrong(
    shuniu: Shuniu, city: Settings, call: str, sentence: str
) -> None:
    said = shuniu(*call.split(), home=city.home)
    assert said.code != 0
    assert sentence in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    "call", ["ticket list --state closed", "run list --dataset tax_payer", "run list --agency bureau"]
)
def test_a_filter_that_could_match_is_not_called_wrong(shuniu: Shuniu, city: Settings, call: str) -> None:
    assert shuniu(*call.split(), home=city.home).code == 0


def test_no_report_is_written_of_a_month_nothing_was_judged_in(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    said = shuniu("quality", "report", "--month", "2020-01", "--out", str(out), home=city.home)
    assert (said.code, out.exists()) == (2, False)
    assert "有判定的月份" in said.err


def test_a_folder_that_is_not_there_is_a_sentence_and_a_file_that_is_there_is_named_as_overwritten(
    shuniu: Shuniu, city: Settings, tmp_path: Path
) -> None:
    month = json.loads(shuniu("quality", "list", "--json", home=city.home).out)[0]["judged_at"][:7]
    report = ("quality", "report", "--month", month, "--out")
    for place in (tmp_path / "none" / "x.html", tmp_path):
        said = shuniu(*report, str(place), home=city.home)
        assert (said.code, f"无法写入文件 {place}" in said.err) == (2, True)
    assert "覆盖" not in shuniu(*report, str(tmp_path / "x.html"), home=city.home).out
    assert "已覆盖原有文件" in shuniu(*report, str(tmp_path / "x.html"), home=city.home).out


def test_evidence_into_a_folder_that_is_not_there_is_a_sentence_and_leaves_no_record(
    shuniu: Shuniu, city: Settings, tmp_path: Path
) -> None:
    before = shuniu("audit", "show", "--json", home=city.home).out
    said = shuniu("ticket", "evidence", "any-1", "--out", str(tmp_path / "none" / "x.csv"), home=city.home)
    assert (said.code, "无法写入文件" in said.err) == (2, True)
    assert shuniu("audit", "show", "--json", home=city.home).out == before


def test_findings_are_shown_with_key_item_titles_and_severity_in_words(shuniu: Shuniu, city: Settings) -> None:
    judged = {one["dataset"]: one for one in json.loads(shuniu("quality", "list", "--json", home=city.home).out)}
    row = {
        "dataset": "market_enterprise", "batch": judged["market_enterprise"]["batch_id"], "row": 7, "key": "R-77",
        "rule": "name.required", "item": "name", "severity": "block", "judged_at": datetime(2026, 11, 20, tzinfo=UTC),
    }  # fmt: skip
    uri = Layout(city.lake_url).findings("market_enterprise")
    rows = pa.Table.from_pylist([row], schema=FINDINGS).drop_columns(["batch"])
    tables.write(uri, rows, mode="append", run_id="x", partition={"batch": row["batch"]}, settings=city)
    page = shuniu("quality", "findings", "market_enterprise", home=city.home).out
    assert {"R-77", "拦截该行", "name.required"} <= set(page.split())
    assert "名称 name" in page
    (found,) = json.loads(shuniu("quality", "findings", "market_enterprise", "--json", home=city.home).out)
    assert (found["key"], found["item"], found["severity"]) == ("R-77", "name", "block")
    # Rows were looked at, keys and all: each look left its record.
    looks = json.loads(shuniu("audit", "show", "--json", home=city.home).out)
    told = [(look["surface"], look["rows"]) for look in looks if look["dataset"] == "market_enterprise"]
    assert told == [("evidence", 1)] * 2
