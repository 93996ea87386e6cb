"""A registry of before, brought to this release: what its rows hold by then."""

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config

from catalog import database
from catalog.actions import agencies
from catalog.database import engine_for, migrate, open_reader, open_session
from catalog.models import Batch, Dataset, Erasure, Event, Ticket
from catalog.settings import Settings

PLAIN, NAMING = "莱个信删〔2026〕7号", "关于欧阳霖霏的申请"
NAMED_PAPER = "欧阳霖霏删〔2026〕7号"
"""It reads like a paper's number and names a person."""
TOLD = "有内容依规定未予接收，交付文件不留存。如有疑问请联系数据管理员。"


def back_to(registry: Settings, revision: str) -> None:
    """The registry as the release of that revision left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine_for(registry).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def erasure(number: int, status: str, reference: str, now: datetime, entity: str = "") -> Erasure:
    return Erasure(
        erasure_id=number, entity=entity or f"P{number}", ground="unlawful", reference=reference, status=status,
        asked_by="li", asked_at=now, asked_at_terminal="", decided_by="wang", decided_at=now, refusal="", reason=NAMING,
        done_at=None, rows=None,
    )  # fmt: skip


def ticket(number: int, reference: str, now: datetime) -> Ticket:
    return Ticket(
        ticket_id=f"a_set-{number}", kind="finding", dataset="a_set", rule_id=f"erasure.{number}", agency="police",
        state="open", severity="warn", title_zh=f"（文号 {reference}）", title_en=f"({reference})", working_days=10,
        due_on=now.date(), opened_at=now, reopened=0,
    )  # fmt: skip


def test_words_of_erasures_nobody_could_search_yet_are_struck_and_the_rest_stays(
    registry: Settings, now: datetime
) -> None:
    back_to(registry, "0011")
    told = [
        ("erasure:asked", "erasure/1", {"entity": "P1", "ground": "unlawful", "reference": NAMING}),
        ("erasure:begun", "erasure/1", {"entity": "P1", "marks": 2}),
        ("erasure:begun", "erasure/2", {"entity": "P2", "marks": 2}),
        ("erasure:begun", "erasure/3", {"entity": "P3", "marks": 2, "texts": 0}),
        ("dataset:retired", "a_set", {"reason": NAMING}),
        ("grant:revoked", "g", {"dataset": "a_set"}),
    ]
    with open_session(registry) as session:
        agencies.register(session, code="police", name_zh="甲", name_en="A", by="t", now=now)
        session.add_all(Event(tag=tag, subject=one, by="t", at=now, details=details) for tag, one, details in told)
        session.add_all([erasure(1, "done", NAMING, now), erasure(2, "done", PLAIN, now)])
        session.add_all([erasure(3, "done", NAMING, now), erasure(4, "refused", NAMING, now)])
        session.add_all([erasure(5, "refused", NAMING, now, "P1"), erasure(6, "done", NAMED_PAPER, now)])
        session.add_all([ticket(1, NAMING, now), ticket(2, PLAIN, now), ticket(3, NAMING, now)])
        session.add(
            Dataset(
                code="a_set", title_zh="甲", title_en="A", agency="police", system=None, zone="standard",
                mode="snapshot", sharing="none", grade="L4", hub_id="370683", providers=[], registered_at=now,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Batch(
                batch_id="b", dataset="a_set", system="s", rows=1, fingerprint="f", position=None, status="judged",
                collected_at=now, message_zh=f"对账相符。{TOLD}", message_en="Reconciled.",
            )
        )  # fmt: skip
    migrate(registry)
    with open_reader(registry) as session:
        kept = {(one.tag, one.subject): one.details for one in session.query(Event)}
        words = {one.erasure_id: (one.reference, one.reason) for one in session.query(Erasure)}
        titles = {one.rule_id: (one.title_zh, one.title_en) for one in session.query(Ticket)}
        message = session.get_one(Batch, "b").message_zh
    assert kept["erasure:asked", "erasure/1"] == {"entity": "P1", "ground": "unlawful"}
    assert kept["dataset:retired", "a_set"] == {}
    assert kept["grant:revoked", "g"] == {"dataset": "a_set"}
    assert words == {
        1: ("■■", "■■"),
        2: (PLAIN, "■■"),
        3: (NAMING, NAMING),  # searched when it was carried out: what stands there was found to tell nothing
        4: (NAMING, NAMING),  # refused: the person stays, and is searched for here once they are erased
        5: ("■■", "■■"),  # refused before the same person was erased
        6: ("■■", "■■"),
    }
    assert titles["erasure.1"] == ("（文号 ■■）", "(■■)")
    assert (titles["erasure.2"][1], titles["erasure.3"][1]) == (f"({PLAIN})", f"({NAMING})")
    assert message == "对账相符。"
