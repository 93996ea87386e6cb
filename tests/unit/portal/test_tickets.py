"""Correction orders in the portal: who sees which, in what form, and what they may say and do there."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from catalog.actions import tickets
from catalog.database import open_reader, open_session
from catalog.models import Event, Ticket, TicketNote
from catalog.settings import Settings
from exchange_api.views import tickets as views
from exchange_api.views.tickets import undoubled
from tests.factories import ticketed
from tests.factories.client import TestClient
from tests.unit.portal.conftest import form_token
from tests.unit.portal.test_pages import words_of

Enter = Callable[[str], TestClient]
HERE = f"/tickets/{ticketed.WITH_ROWS}"


@pytest.fixture(scope="module", autouse=True)
def ticketed_city(city: Settings) -> None:
    """The city with tickets of every kind."""
    ticketed.add(city, now=datetime.now(UTC))


def state_of(city: Settings, ticket: str) -> str:
    """The state of a ticket."""
    with open_reader(city) as session:
        return tickets.get(session, ticket).state


def test_the_list_puts_the_earliest_limit_first_and_marks_what_is_overdue(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), "/tickets")
    assert "共 4 个工单，其中超期 1 个" in page
    assert page.index(ticketed.LATE) < page.index(ticketed.WITH_ROWS)
    assert "已超" in page
    assert "剩余" in page


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("state=closed", {ticketed.MENDED}),
        ("agency=hrss", {ticketed.LATE}),
        ("overdue=1", {ticketed.LATE}),
        ("dataset=topic_housing_support&state=open", {ticketed.ASKED}),
        ("agency=police&overdue=1", set()),
    ],
)
def test_the_list_is_narrowed_by_state_department_dataset_and_lateness(
    signed_in: Enter, query: str, kept: set[str]
) -> None:
    markup = signed_in("steward").get(f"/tickets?{query}").text
    numbers = {ticketed.WITH_ROWS, ticketed.LATE, ticketed.MENDED, ticketed.ASKED}
    assert {number for number in numbers if f'href="/tickets/{number}"' in markup} == kept


@pytest.mark.parametrize(
    ("login", "seen"), [("police_clerk", {ticketed.WITH_ROWS}), ("housing_clerk", {ticketed.ASKED})]
)
def test_a_department_sees_what_it_must_correct_and_a_recipient_what_it_raised(
    signed_in: Enter, login: str, seen: set[str]
) -> None:
    browser = signed_in(login)
    for number in (ticketed.WITH_ROWS, ticketed.LATE, ticketed.MENDED, ticketed.ASKED):
        assert (f'href="/tickets/{number}"' in browser.get("/tickets").text) is (number in seen)
        assert browser.get(f"/tickets/{number}").status_code == (200 if number in seen else 404)


def test_a_ticket_shows_before_and_now_its_history_and_when_it_is_due(signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), f"/tickets/{ticketed.LATE}")
    assert "41 开立时待改行数" in page or "开立时待改行数 41" in page
    history = page.partition("自开立起，按先后")[2]
    places = [history.index(f"{word} 20") for word in ("开立", "复核", "上报")]
    assert places == sorted(places)
    assert "已超" in page


def test_the_rows_are_plain_for_who_delivered_them_and_the_look_is_on_the_record(
    signed_in: Enter, app: FastAPI, city: Settings
) -> None:
    page = words_of(signed_in("police_clerk"), HERE)
    assert all(number in page for number in ticketed.IDS)
    assert "明文显示" in page
    app.state.hub.close()
    lines = [line for path in sorted(city.audit_dir.glob("*/*.jsonl")) for line in path.read_bytes().splitlines()]
    record = orjson.loads(lines[-1])
    assert (record["surface"], record["account"], record["rows"]) == ("evidence", "police_clerk", len(ticketed.IDS))


def test_the_rows_are_masked_for_the_bureau_and_only_key_and_rule_are_shown(signed_in: Enter) -> None:
    browser = signed_in("steward")
    markup = browser.get(HERE).text
    assert not any(number in markup for number in ticketed.IDS)
    assert "3****************1" in markup
    assert "家庭" not in markup
    sheet = browser.get(f"{HERE}/evidence?form=csv")
    heading, *rows = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert len(rows) == len(ticketed.IDS)
    assert len(heading) > 10
    assert sheet.headers["cache-control"] == "private, no-store"
    assert not any(number in sheet.text for number in (*ticketed.IDS, *ticketed.NAMES))


def test_a_clerk_comments_and_answers_from_the_page_and_both_are_events(signed_in: Enter, city: Settings) -> None:
    browser = signed_in("police_clerk")
    token = form_token(browser, HERE)
    for verb in ("comment", "answer"):
        answer = browser.post(HERE, data={"csrf": token, "verb": verb, "text": f"<b>核实{verb}</b>"})
        assert answer.status_code == 200
        assert f"&lt;b&gt;核实{verb}&lt;/b&gt;" in answer.text
    assert state_of(city, ticketed.WITH_ROWS) == "answered"
    again = browser.post(HERE, data={"csrf": token, "verb": "answer", "text": "再答"})
    assert (again.status_code, "已由部门答复" in again.text) == (409, True)
    with open_reader(city) as session:
        made = session.scalars(select(Event).where(Event.by == "police_clerk", Event.tag.like("ticket:%")))
        assert [event.tag for event in made] == ["ticket:commented", "ticket:answered"]


@pytest.mark.parametrize("verb", ["close", "reopen", "escalate", ""])
def test_a_clerk_does_nothing_a_clerk_may_not(signed_in: Enter, city: Settings, verb: str) -> None:
    browser = signed_in("police_clerk")
    assert f'value="{verb}"' not in browser.get(HERE).text.split("<form")[-1] or not verb
    before = state_of(city, ticketed.WITH_ROWS)
    answer = browser.post(HERE, data={"csrf": form_token(browser, HERE), "verb": verb, "text": "x"})
    assert answer.status_code in (403, 422)
    assert state_of(city, ticketed.WITH_ROWS) == before


def test_a_form_that_no_page_drew_changes_nothing(signed_in: Enter, city: Settings) -> None:
    browser = signed_in("steward")
    for token in ("", "0" * 64):
        answer = browser.post(f"/tickets/{ticketed.LATE}", data={"csrf": token, "verb": "close", "text": "x"})
        assert answer.status_code == 403
    assert state_of(city, ticketed.LATE) == "open"


def test_an_empty_or_endless_text_is_refused_with_a_sentence(signed_in: Enter) -> None:
    browser = signed_in("steward")
    token = form_token(browser, HERE)
    for text, sentence in (("  ", "请写明内容"), ("字" * 2001, "超过 2000 字")):
        answer = browser.post(HERE, data={"csrf": token, "verb": "comment", "text": text})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "未提交" in answer.text
        assert "网址不正确" not in answer.text
        assert f'aria-describedby="text-note">{text}</textarea>' in answer.text


def test_a_form_without_a_verb_is_not_sent_and_leads_back_to_its_page(signed_in: Enter) -> None:
    browser = signed_in("steward")
    answer = browser.post(HERE, data={"csrf": form_token(browser, HERE), "text": "x"})
    assert answer.status_code == 422
    assert "<h1>未提交</h1>" in answer.text
    assert f'<a href="{HERE}">' in answer.text


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [(HERE, HERE), ("/datasets/topic_housing_support/corrections", "/datasets/topic_housing_support")],
    ids=["ticket", "correction"],
)
def test_when_the_session_ended_while_writing_the_page_opens_again_and_the_loss_is_said(
    browser: TestClient, sent_to: str, page: str
) -> None:
    answer = browser.post(sent_to, data={"csrf": "x", "verb": "comment", "text": "写了很久"})
    assert answer.url.path == "/login"
    assert "登录已过期，内容未保存" in answer.text
    assert f'name="back" value="{page}"' in answer.text


def test_the_same_comment_or_a_second_answer_is_refused_and_the_text_is_kept(signed_in: Enter, city: Settings) -> None:
    browser = signed_in("steward")
    token = form_token(browser, HERE)
    for status in (200, 409):
        answer = browser.post(HERE, data={"csrf": token, "verb": "comment", "text": "请尽快核实"})
        assert answer.status_code == status
    assert "未重复保存" in answer.text
    assert ">请尽快核实</textarea>" in answer.text
    with open_reader(city) as session:
        notes = session.scalars(select(TicketNote.text).where(TicketNote.ticket_id == ticketed.WITH_ROWS)).all()
    assert notes.count("请尽快核实") == 1


def test_a_comment_is_called_a_comment_and_people_and_programs_by_their_names(signed_in: Enter) -> None:
    browser = signed_in("steward")
    browser.post(HERE, data={"csrf": form_token(browser, HERE), "verb": "comment", "text": "留言一则"})
    history = words_of(browser, HERE).partition("自开立起，按先后")[2]
    said = history[: history.index("留言一则")]
    assert said.rindex("留言 20") > said.rfind("提示 20")
    assert "steward" not in said
    assert "质量判定" in said


def test_the_steward_closes_and_opens_again_with_a_new_limit(signed_in: Enter, city: Settings) -> None:
    browser = signed_in("steward")
    here = f"/tickets/{ticketed.LATE}"
    token = form_token(browser, here)
    assert browser.post(here, data={"csrf": token, "verb": "close", "text": "合并处理"}).status_code == 200
    again = browser.post(here, data={"csrf": token, "verb": "close", "text": "再关"})
    assert (again.status_code, "已关闭" in again.text) == (409, True)
    assert browser.post(here, data={"csrf": token, "verb": "reopen", "text": "仍未改"}).status_code == 200
    with open_reader(city) as session:
        ticket = session.get(Ticket, ticketed.LATE)
        assert ticket is not None
        assert (ticket.state, ticket.reopened, ticket.escalated_at) == ("open", 1, None)


def test_a_recipient_raises_a_correction_on_the_datasets_page(signed_in: Enter, city: Settings) -> None:
    browser = signed_in("housing_clerk")
    page = "/datasets/topic_housing_support"
    form = {"csrf": form_token(browser, page), "text": "与身份证不符", "item": "name", "record": "p0007"}
    answer = browser.post(f"{page}/corrections", data=form)
    assert answer.status_code == 200
    assert "[p0007] 与身份证不符" in answer.text
    assert "数据校核：姓名" in answer.text
    assert "剩余 10 个工作日" in answer.text
    assert "使用方提出校核" in answer.text


def test_a_correction_that_is_refused_keeps_what_was_written(signed_in: Enter) -> None:
    browser = signed_in("housing_clerk")
    page = "/datasets/topic_housing_support"
    form = {"csrf": form_token(browser, page), "text": "<重复>", "record": "p0042"}
    for status in (200, 409):
        answer = browser.post(f"{page}/corrections", data=form)
        assert answer.status_code == status
    assert "未重复提交" in answer.text
    assert ">&lt;重复&gt;</textarea>" in answer.text
    assert 'value="p0042"' in answer.text
    assert f'href="{page}"' in answer.text


def test_without_a_grant_there_is_neither_form_nor_correction(signed_in: Enter, city: Settings) -> None:
    def corrections() -> list[str]:
        with open_reader(city) as session:
            return list(session.scalars(select(Ticket.ticket_id).where(Ticket.kind == "correction")))

    browser, before = signed_in("housing_clerk"), corrections()
    assert "corrections" not in browser.get("/datasets/police_person").text
    form = {"csrf": form_token(browser, "/datasets/topic_housing_support"), "text": "x"}
    answer = browser.post("/datasets/police_person/corrections", data=form)
    assert answer.status_code == 403
    assert "没有对数据集 police_person 的有效授权" in answer.text
    assert corrections() == before


def test_the_overview_counts_what_is_overdue_and_leads_to_it(signed_in: Enter) -> None:
    assert '<a href="/tickets?overdue=1">0</a>' in signed_in("police_clerk").get("/").text


def test_the_list_names_the_severity_and_the_step_that_moves_a_ticket_is_the_first_button(signed_in: Enter) -> None:
    browser = signed_in("steward")
    assert "拦截该行" in words_of(browser, "/tickets")
    buttons = browser.get(f"/tickets/{ticketed.LATE}").text.partition('id="act"')[2]
    assert buttons.index('value="close"') < buttons.index('value="comment"')
    page = browser.get(HERE).text
    assert page.index('id="rows"') < page.index('id="act"')


@pytest.mark.parametrize(
    ("title", "colon", "shown"),
    [
        ("公民身份号码：公民身份号码有误", "：", "公民身份号码有误"),
        ("姓名：不能为空", "：", "姓名：不能为空"),
        ("Phone: Phone is wrong", ": ", "Phone is wrong"),
        ("姓名缺失", "：", "姓名缺失"),
    ],
)
def test_a_title_does_not_say_its_item_twice(title: str, colon: str, shown: str) -> None:
    assert undoubled(title, colon) == shown


def test_tickets_of_a_dataset_stand_by_number_where_they_are_due_the_same_day(city: Settings) -> None:
    now = datetime.now(UTC)
    with open_session(city) as session:
        for number in range(11):
            tickets.open_finding(
                session, dataset="police_household", rule_id=f"r.{number}", agency="police", severity="warn",
                title=("甲", "a"), failing=1, verdict_id="v", working_days=10, by="t", now=now,
            )  # fmt: skip
        wanted = views.Wanted(dataset="police_household")
        found = views.listed(session, now=now, sight=views.Sight(), wanted=wanted).orders
        session.rollback()
    assert [one.ticket_id for one in found] == [f"police_household-{number}" for number in range(1, 12)]
