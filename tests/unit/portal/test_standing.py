"""How a dataset stands, on its page: waivers, what kept it back, its columns and how they moved."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from catalog.actions import verdicts, waivers
from catalog.database import open_session
from catalog.models import Verdict
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from quality.figures import profile
from tests.factories.client import TestClient
from tests.factories.small_registry import HELD

Enter = Callable[[str], TestClient]
MOVED, NOW = "police_person", datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def standing(city: Settings) -> None:
    """A waiver, and two versions of which the second has lost most of its birth dates."""
    with open_session(city) as session:
        waivers.grant(
            session, dataset=HELD, rule_id="resident_id.check_digit", reason="系统升级期间", by="steward",
            until=NOW + timedelta(days=9), now=NOW,
        )  # fmt: skip
        before = NOW - timedelta(days=30)
        good = Verdict(verdict_id="long-ago", dataset=HELD, batch_id="long-ago", outcome="passed", judged_at=before)
        good.rows, good.accepted, good.quarantined = 9, 9, 0
        verdicts.record(session, verdict=good, results=[], changes={}, by="test", now=before)
    uri = Layout(city.lake_url).standard(MOVED)
    names = [f"canary{number}" for number in range(200)]
    for night, births in enumerate((["1990-03-07"] * 200, ["1990-03-07"] * 50 + [None] * 150)):
        rows = pa.table({"name": names, "birth_date": pa.array(births, pa.string())})
        tables.write(uri, rows, mode="overwrite", run_id=f"night{night}", settings=city)
        profile.take(city, MOVED, uri, now=NOW + timedelta(hours=night))


def words_of(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_a_waiver_is_shown_with_reason_end_and_who_granted_it(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), f"/datasets/{HELD}")
    assert "管理员豁免的规则：照常检查，但不拦截" in page
    assert "系统升级期间" in page


def test_why_nothing_was_published_and_that_older_rows_stand_is_said(signed_in: Enter) -> None:
    steward = signed_in("steward")
    page = words_of(steward, f"/datasets/{HELD}")
    assert "未发布：dataset.not_empty（数据批次没有任何行）未通过，此前没有发布过。" in page
    assert "沿用旧数据" in page
    listed = words_of(steward, "/quality")
    assert listed.count("沿用旧数据") == 1  # of all datasets that one alone


def test_columns_are_shown_with_what_moved_and_without_a_value(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), f"/datasets/{MOVED}")
    assert "各列的样貌" in page
    assert re.search(r"birth_date 25(\.\d+)? ?% .{0,12}空值比例", page), page
    assert "canary" not in page


def test_others_see_neither_waiver_nor_profile_nor_what_kept_it_back(signed_in: Enter) -> None:
    stranger = signed_in("housing_clerk")
    page = words_of(stranger, f"/datasets/{HELD}") + words_of(stranger, f"/datasets/{MOVED}")
    told = re.findall("系统升级期间|各列的样貌|沿用旧数据|未发布：", page)
    assert told == []
