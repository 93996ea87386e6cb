"""Tickets of every kind and state over the small registry, one with the rows that keep it open; and months past."""

from datetime import datetime, timedelta

import pyarrow as pa
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import tickets, verdicts
from catalog.database import open_session
from catalog.models import RuleResult, Verdict
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from tests.factories.small_registry import ROWS, RULES

RULE = "resident_id.check_digit"
TITLE = ("公民身份号码：校验位不符", "Resident id: wrong check digit")
IDS = ("370683199003074511", "370683198501010019", "37068319720229123X")
NAMES = ("王芳", "李伟强", "欧阳娜娜")
WITH_ROWS = "police_person-1"
LATE = "hrss_insurance-1"
MENDED = "civil_subsistence-1"
ASKED = "topic_housing_support-1"


def add(settings: Settings, *, now: datetime) -> None:
    """One open ticket with rows, one overdue and passed up, one mended, one correction; and verdicts of months past."""
    batch = _deliver(settings, now)
    with open_session(settings) as session:
        judged = queries.last_verdict(session, "police_person")
        assert judged is not None
        judged.batch_id = batch
        _earlier(session, now)
        opening = {"by": "quality", "severity": "block", "rule_id": RULE, "title": TITLE, "working_days": 10}
        tickets.open_finding(
            session, dataset="police_person", agency="police", failing=len(IDS), verdict_id=judged.verdict_id,
            now=now - timedelta(days=1), **opening,
        )  # fmt: skip
        tickets.open_finding(
            session, dataset="hrss_insurance", agency="hrss", failing=41, verdict_id="v", now=now - timedelta(days=40),
            **opening,
        )  # fmt: skip
        tickets.measure(session, ticket_id=LATE, failing=38, verdict_id="v", by="quality", now=now - timedelta(days=9))
        tickets.escalate(session, ticket_id=LATE, by="clock", now=now - timedelta(days=2))
        tickets.open_finding(
            session, dataset="civil_subsistence", agency="civil", failing=12, verdict_id="v",
            now=now - timedelta(days=6), **opening,
        )  # fmt: skip
        tickets.answer(session, ticket_id=MENDED, text="已在系统中改正", by="civil", now=now - timedelta(days=3))
        tickets.close(
            session, ticket_id=MENDED, text="复核通过，自动关闭 / verified by the newest delivery", failing=0,
            verdict_id="v", by="quality", now=now - timedelta(days=1),
        )  # fmt: skip
        tickets.open_correction(
            session, dataset="topic_housing_support", agency="bureau", raised_by="housing",
            text="编号 p0012 的人员已死亡，仍在册", by="housing_clerk", now=now - timedelta(days=1),
        )  # fmt: skip


def _earlier(session: Session, now: datetime) -> None:
    """Verdicts of the months before, so that a ranking has a past: each department better month by month."""
    for back in range(1, 5):
        at = now - timedelta(days=30 * back)
        for place, (code, rows) in enumerate(list(ROWS.items())[:6]):
            verdict = Verdict(
                verdict_id=f"{code}-past-{back}", dataset=code, batch_id=f"{code}-past-{back}", outcome="warned",
                rows=rows, accepted=rows, quarantined=0, judged_at=at,
            )  # fmt: skip
            results = [
                RuleResult(
                    verdict_id=verdict.verdict_id, rule_id=rule, item="", severity=severity, dimension=dimension,
                    title_zh=zh, title_en=en, a=rows - rows * (back + place) // 60, b=rows, outcome="failed",
                )
                for rule, dimension, severity, zh, en in RULES
            ]  # fmt: skip
            verdicts.record(session, verdict=verdict, results=results, by="test", now=at)


def _deliver(settings: Settings, now: datetime) -> str:
    """Raw rows of the police and the findings in them; returns the batch."""
    with open_session(settings) as session:
        items = queries.items(session, "police_person")
        known = {item.source_name: [f"{item.name} {row}" for row in range(len(IDS))] for item in items}
        by_element = {item.element: item.source_name for item in items}
    known[by_element["resident_id"]], known[by_element["person_name"]] = list(IDS), list(NAMES)
    batch, layout = "police_person-20261121-00000000", Layout(settings.lake_url)
    raw = pa.table({**known, "_row": pa.array(range(1, len(IDS) + 1), pa.int64())})
    write = {"mode": "append", "settings": settings}
    tables.write(layout.raw("police_person"), raw, run_id=batch, partition={"_batch": batch}, **write)
    found = pa.table(
        {
            "dataset": ["police_person"] * len(IDS),
            "row": pa.array(range(1, len(IDS) + 1), pa.int64()),
            "key": list(IDS),
            "rule": [RULE] * len(IDS),
            "item": ["resident_id"] * len(IDS),
            "severity": ["block"] * len(IDS),
            "judged_at": pa.array([now] * len(IDS), pa.timestamp("us", "UTC")),
        }
    )
    uri = layout.findings("police_person")
    tables.write(uri, found, run_id=f"{batch}:judge", partition={"batch": batch}, **write)
    return batch
