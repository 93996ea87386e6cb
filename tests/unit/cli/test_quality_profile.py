"""`shuniu quality`: what a published version looks like, and whose rows are older than their newest delivery."""

import json
from datetime import timedelta
from typing import Any

import pyarrow as pa

from catalog import queries
from catalog.actions import batches
from catalog.database import open_session
from catalog.models import Batch, RuleResult
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from quality.figures import profile
from tests.unit.cli.conftest import Shuniu

CANARY = "canary-5512"


def publish(city: Settings, dataset: str, phones: list[str | None], run_id: str) -> None:
    """A version of a table with one column, profiled as publication does."""
    uri = Layout(city.lake_url).standard(dataset)
    tables.write(uri, pa.table({"phone": pa.array(phones, pa.string())}), run_id=run_id, settings=city)
    with open_session(city) as session:
        now = session.query(Batch).first().collected_at  # type: ignore[union-attr]
    profile.take(city, dataset, uri, now=now + timedelta(days=tables.version(uri) or 0))


def test_a_profile_is_shown_without_a_value_and_says_what_moved(shuniu: Shuniu, city: Settings) -> None:
    assert "还没有发布过" in shuniu("quality", "profile", "police_person", home=city.home).out
    assert json.loads(shuniu("quality", "profile", "police_person", "--json", home=city.home).out) is None
    publish(city, "police_person", [f"{CANARY}{n}" for n in range(200)], "first")
    (first,) = json.loads(shuniu("quality", "profile", "police_person", "--json", home=city.home).out)["columns"]
    assert (first["name"], first["filled"], first["drift"], first["psi"]) == ("phone", "100.00 %", "", None)
    publish(city, "police_person", [None] * 100 + [CANARY] * 100, "second")
    said = shuniu("quality", "profile", "police_person", home=city.home)
    assert "50.00 %" in said.out
    assert "空值比例" in said.out
    assert "约" not in said.out, "what is counted is not called an estimate"
    (second,) = json.loads(shuniu("quality", "profile", "police_person", "--json", home=city.home).out)["columns"]
    assert second["emptiness"] == 0.5
    assert CANARY not in said.out


def test_a_dataset_nobody_knows_has_no_profile(shuniu: Shuniu, city: Settings) -> None:
    assert shuniu("quality", "profile", "no_such", home=city.home).code == 1


def listed(shuniu: Shuniu, city: Settings) -> dict[str, dict[str, Any]]:
    return {row["dataset"]: row for row in json.loads(shuniu("quality", "list", "--json", home=city.home).out)}


def test_a_verdict_is_marked_when_older_rows_stand(shuniu: Shuniu, city: Settings) -> None:
    before = listed(shuniu, city)
    assert before["police_person"]["stale"] is False
    assert before["police_person"]["good_verdict_id"] == before["police_person"]["verdict_id"]
    unfit = [code for code, row in before.items() if row["outcome"] in ("blocked", "error")]
    assert unfit
    assert all(before[code]["stale"] for code in unfit)
    assert "沿用旧数据" in shuniu("quality", "list", home=city.home).out


def test_a_delivery_that_waits_or_is_held_makes_the_last_verdict_stale(shuniu: Shuniu, city: Settings) -> None:
    code = "hrss_insurance"
    was = listed(shuniu, city)[code]
    with open_session(city) as session:
        of = session.get_one(Batch, was["batch_id"])
        later = of.collected_at + timedelta(hours=1)
        batches.register(
            session, batch_id=f"{code}-20991231t000000-0123abcd", dataset=code, system="x", rows=1,
            fingerprint="9" * 64, position=None, by="test", now=later,
        )  # fmt: skip
    now = listed(shuniu, city)[code]
    assert (was["stale"], now["stale"]) == (False, True)
    assert now["good_verdict_id"] == was["verdict_id"]


def test_what_departments_tell_differently_is_listed_with_its_share(shuniu: Shuniu, city: Settings) -> None:
    assert json.loads(shuniu("quality", "differences", "--json", home=city.home).out) == []
    code = "education_pupil"
    with open_session(city) as session:
        verdict = queries.last_verdict(session, code)
        assert verdict is not None
        for name, a, b in (("name", 75, 100), ("sex", 0, 0)):
            session.add(
                RuleResult(
                    verdict_id=verdict.verdict_id, rule_id=f"across.differs_{name}", item=f"{name},resident_id",
                    severity="warn", dimension="0401", title_zh="与公安不同", title_en="Differs from the police",
                    a=a, b=b, outcome="failed" if b else "not_applicable",
                )
            )  # fmt: skip
    rows = json.loads(shuniu("quality", "differences", "--json", home=city.home).out)
    assert [(row["dataset"], row["item"], row["a"], row["b"], row["ratio"]) for row in rows] == [
        (code, "name", 75, 100, 0.25),
        (code, "sex", 0, 0, None),
    ]
    assert "25.00 %" in shuniu("quality", "differences", home=city.home).out
