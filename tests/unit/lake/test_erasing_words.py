"""An erased person stands in no words people wrote: not in a reason, a ticket or an erasure, and others' words stay."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import String

from authorization.actions import grants
from authorization.models import AccessGrant, AccessRevision
from catalog.actions import datasets, review_decisions, tickets, waivers
from catalog.actions.written_words import WRITTEN
from catalog.classification import registry_columns
from catalog.database import Base, forget_engines, open_reader, open_session
from catalog.models import Batch, Dataset, Erasure, Event, ReviewDecision, RunStep, Ticket, TicketNote, Waiver
from catalog.settings import Settings
from catalog.standards.texts import name_letters, plain
from demo.city.name_lists import DOTS_MET
from lake import tables
from lake.engines.duckdb import connect
from lake.erasing.carry_out import carry_out
from lake.erasing.marks import is_number, is_number_sql, key_sql, letters_sql, of_name, phone, phone_sql
from lake.erasing.subject import Subject, subject_of
from lake.erasing.wording import STRUCK, holds, struck
from lake.layout import Layout
from tests.factories import erased
from tests.factories.erased import NAME, NOW, NUMBER, PLANTED

SUBJECT = Subject(
    "P1",
    frozenset({"P0"}),
    frozenset({NUMBER}),
    frozenset({"张伟"}),
    frozenset({"张伟", "13912340077", "独居路77号"}),
    frozenset({"13912340077", "独居路77号"}),
    frozenset({"13912340077", "独居路77号"}),
    {"police_person": frozenset({"7", "PERSON-0077"})},
    {},
    frozenset({"r1"}),
    frozenset(),
)
KEPT = {
    "access_grant.row_filter": "a condition of a grant; the steward who issues it sees it",
    "batch.position": "where the next delivery goes on: without it, it would begin anew",
    "erasure.entity": "a keyed hash",
    "erasure_mark.mark": "a keyed hash",
    "usage_report.body": "signed; counts of uses",
}
"""Columns of grade L3 that may tell of a person and are not searched."""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    made = Settings(home=tmp_path / "home")
    yield made
    forget_engines()


@pytest.mark.parametrize(
    ("text", "about", "left"),
    [
        ("张伟已迁出", ("r1",), f"{STRUCK}已迁出"),
        ("张伟已迁出", ("r2",), "张伟已迁出"),
        ("住独居路77号的人，电话13912340077", (), f"住{STRUCK}的人，电话{STRUCK}"),
        (f"证件号{NUMBER.lower()}有误", (), f"证件号{STRUCK}有误"),
        ("电话 139-1234-0077 无人接听", (), STRUCK),
        ("住独居路 77 号", (), STRUCK),
        ("[7] 姓名有误，应为张伟", ("police_person",), f"[{STRUCK}] 姓名有误，应为{STRUCK}"),
        ("[7] 姓名有误", ("hrss_insurance",), "[7] 姓名有误"),
        ("[P0] 张伟的住址有误", ("population",), f"[P0] {STRUCK}的住址有误"),
        ("见 PERSON-0077", (), f"见 {STRUCK}"),
        ("第7号文已阅", (), "第7号文已阅"),
    ],
)
def test_what_tells_of_the_person_is_struck_and_the_rest_stays(text: str, about: tuple[str, ...], left: str) -> None:
    assert struck(SUBJECT, text, about) == left
    assert struck(SUBJECT, left, about) == left


def test_words_that_tell_of_the_person_are_known_however_they_are_spaced() -> None:
    assert [holds(SUBJECT, text) for text in ("张 伟", f" {NUMBER[:6]} {NUMBER[6:]}", "莱个信删〔2026〕7号")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("between", [*DOTS_MET, "", " ·\u200f", "\u00ad·\u2062", "\ufe00·\u202e", "·\u3164"])
def test_a_name_is_the_same_with_whichever_dot_blank_or_unseen_sign(between: str) -> None:
    name, spelled = "阿依古丽·买买提", f"阿依古丽{between}买买提"
    theirs = replace(SUBJECT, names=frozenset({name}), texts=frozenset({name}))
    assert name_letters(spelled) == name_letters(name)
    assert of_name("s", NUMBER, spelled) == of_name("s", NUMBER, name) != of_name("s", NUMBER, "阿依古丽·买合买提")
    assert holds(theirs, f"申请人{spelled}已迁出")
    assert struck(theirs, f"{spelled}已迁出", ("r1",)) == STRUCK
    assert not holds(theirs, "阿依古丽的邻居买买提")


def test_the_query_of_a_table_reads_names_and_keys_as_the_registry_does(settings: Settings) -> None:
    spelled = [
        f"阿依古丽{between}买买提" for between in (*DOTS_MET, "", "\u00ad·\u2062", "\ufe00·\u202e", "·\u3164", "\ue000")
    ]
    spelled += ["ＡＢ c．d", "\u3000１-2 \t", "住独居路 77 号", "𠮷\U000e0100野", "\n"]
    with connect(settings, functions=False) as connection:
        connection.register("given", pa.table({"name": spelled}))
        asked = f"SELECT name, {letters_sql('name')}, {key_sql('name')} FROM given"
        for text, letters, key in connection.execute(asked).fetchall():
            assert (letters, key or None) == (name_letters(text), plain(text))


def test_the_query_of_a_table_reads_telephones_and_numbers_as_the_registry_does(settings: Settings) -> None:
    wrong = NUMBER[:-1] + "1"
    told = {
        "13912340077": ("13912340077", False), "+86 139-1234-0077": ("13912340077", False),
        "8613912340077": ("13912340077", False), "电话：０１３９ 1234 ００77": ("13912340077", False),
        "٠١٣٩١٢٣٤٠٠٧٧": ("13912340077", False), "0535－2123456": ("5352123456", False),
        "+86 535 212 3456": ("5352123456", False), "独居路77号": ("", False), "77": ("", False), "": ("", False),
        "独居路12345号": ("", False), NUMBER.lower(): ("", True), f" {NUMBER[:6]} {NUMBER[6:]}": ("", True),
        wrong: (wrong, False), "110101900307770": ("110101900307770", True), "E12345678": ("", True), "无": ("", False),
    }  # fmt: skip
    with connect(settings, functions=False) as connection:
        connection.register("given", pa.table({"one": list(told)}))
        asked = f"SELECT one, coalesce({phone_sql('one')}, ''), {is_number_sql('one')} FROM given"
        for text, digits, number in connection.execute(asked).fetchall():
            assert (digits, number) == (phone(text), is_number(text)) == told[text], text


def test_a_name_that_is_part_of_anothers_is_not_distinct(settings: Settings) -> None:
    entity = erased.fill(settings)
    uri = Layout(settings.lake_url).base("population_provenance")
    assert NAME in subject_of(settings, entity).distinct
    row = next(
        one
        for one in tables.read(uri, settings=settings).to_pylist()
        if one["field"] == "name" and one["value"] == "李建国"
    )
    longer = tables.read(uri, settings=settings).schema
    more = pa.Table.from_pylist([row | {"value": f"{NAME}文"}], schema=longer)
    tables.write(uri, more, mode="append", run_id="longer", settings=settings)
    subject = subject_of(settings, entity)
    assert (NAME in subject.alone, NAME in subject.distinct) == (True, False)


def test_what_people_wrote_of_the_person_is_struck_when_they_are_erased(settings: Settings) -> None:
    entity = erased.fill(settings)
    (record, *_) = subject_of(settings, entity).records
    with open_session(settings) as session:
        said: dict[str, Any] = {"verdict": "same", "by": "li", "now": NOW}
        for pair, records in (("a", (record, "x")), ("b", ("x", "y"))):
            reason = f"{NAME}本人" if pair == "a" else "同一住址"
            review_decisions.decide(session, base="population", pair=pair, records=records, reason=reason, **said)
        asked = tickets.open_correction(
            session, dataset="police_person", agency="police", raised_by="hrss", text=f"[1] 应为{NAME}", by="t", now=NOW
        )
        tickets.answer(session, ticket_id=asked.ticket_id, text=f"{erased.ADDRESS}已更正", by="t", now=NOW)
        waivers.grant(
            session, dataset="police_person", rule_id="x", reason=f"{NAME}除外", until=NOW.replace(year=2027),
            by="t", now=NOW,
        )  # fmt: skip
        datasets.retire(session, dataset="market_enterprise", reason=f"{NAME}来电", by="t", now=NOW)
        grants.issue(
            session, code="g1", agency="police", dataset="police_person", items=["person_no"], purpose=f"{NAME}案",
            legal_basis=f"{NAME}来函", valid_from=NOW, valid_until=NOW.replace(year=2027), by="t", now=NOW,
        )  # fmt: skip
        (one, *_) = session.query(Batch).where(Batch.dataset == "police_person")
        one.message_zh, one.message_en = (f"文件 {NAME}{NUMBER.lower()}.csv 空", f"{erased.PHONE}.csv is empty")
        session.add(
            RunStep(
                stage="collect", dataset="police_person", agency="police", started_at=NOW, seconds=1, rows=0,
                peak_mib=1, ok=True, message_zh=f"文件 {NAME}.csv 空", message_en=f"{NUMBER}.csv",
            )
        )  # fmt: skip
        before = session.query(AccessRevision).one().number
    erased.approve(settings, entity)
    carry_out(settings, now=NOW, by="t")
    with open_reader(settings) as session:
        kept = repr(
            [
                [one.reason for one in session.query(ReviewDecision).order_by(ReviewDecision.pair)],
                [one.text for one in session.query(TicketNote).order_by(TicketNote.note_id)],
                [one.reason for one in session.query(Waiver)],
                [(one.reference, one.reason) for one in session.query(Erasure)],
                [one.title_zh for one in session.query(Ticket)],
                [(one.purpose, one.legal_basis) for one in session.query(AccessGrant)],
                [(one.message_zh, one.message_en) for one in session.query(Batch)],
                [(one.message_zh, one.message_en) for one in session.query(RunStep)],
                [one.sharing_condition for one in session.query(Dataset)],
                [(one.subject, one.details) for one in session.query(Event)],
            ]
        )
        assert not [value for value in PLANTED if value in kept or value.lower() in kept]
        assert (f"文件 {STRUCK}{STRUCK}.csv 空", f"{STRUCK}.csv is empty") in {
            (one.message_zh, one.message_en) for one in session.query(Batch)
        }
        assert [one.reason for one in session.query(ReviewDecision).order_by(ReviewDecision.pair)] == [
            f"{STRUCK}本人",
            "同一住址",
        ]
        begun = session.query(Event).filter(Event.tag == "erasure:begun").one()
        assert begun.details["texts"] == 11
        asked = session.query(Event).filter(Event.tag == "erasure:asked").one()
        assert set(asked.details) == {"entity", "ground"}, "the paper's number stands in the case alone"
        assert session.query(AccessGrant).one().purpose == f"{STRUCK}案"
        assert session.query(AccessRevision).one().number > before, "no door goes on by the grant it remembers"


def test_every_text_of_the_registry_that_may_tell_of_a_person_is_searched_or_left_for_a_reason() -> None:
    searched = {words.name for words in WRITTEN}
    graded = {f"{row.table}.{row.column}" for row in registry_columns() if row.grade == "L3"}
    texts = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String) or column.type.python_type is dict
    }
    private = {f"{row.table}.{row.column}" for row in registry_columns() if row.personal != "none"} & graded & texts
    assert private <= searched | set(KEPT), "add to catalog/actions/written_words.py, or say here why not"
    assert set(KEPT) <= graded
