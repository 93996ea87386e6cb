"""`shuniu base erase`: two stewards, a ground of the law, a refusal that is kept, and what was approved carried out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authorization.actions import accounts
from catalog.actions import agencies, erasures
from catalog.database import forget_engines, open_reader, open_session
from catalog.models import Agency, Event
from catalog.settings import Settings
from exchange_api.cli.speaking import door
from lake.bases import build
from lake.erasing.forgetting import emptied_topics
from lake.layout import Layout
from tests.factories import erased
from tests.factories.standard_tables import read
from tests.unit.cli.conftest import Shuniu
from tests.unit.lake.test_erasing_topics import DIGEST, declare

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
WITH = ("--ground", "consent_withdrawn", "--reference", "莱个信删〔2026〕7号")


@pytest.fixture
def hub(tmp_path: Path) -> tuple[Settings, str]:
    settings = Settings(home=tmp_path / "home")
    entity = erased.fill(settings)
    with open_session(settings) as session:
        if "bureau" not in {one.code for one in session.query(Agency)}:
            agencies.register(session, code="bureau", name_zh="局", name_en="Bureau", by="t", now=NOW)
        for login, role in (("li", "steward"), ("wang", "steward"), ("zhao", "publisher")):
            accounts.create(
                session, login=login, agency="bureau", kind="person", password="Long-enough-2026", roles=[role],
                name_zh=login, name_en=login, by="t", now=NOW,
            )  # fmt: skip
    forget_engines()
    return settings, entity


def test_one_steward_asks_another_decides_and_nobody_else_may(
    shuniu: Shuniu, hub: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, entity = hub
    monkeypatch.setattr(door.os, "getuid", lambda: 0)
    ask = ("base", "erase", "ask", entity, *WITH, "--login")
    assert shuniu(*ask, "zhao", home=settings.home).code == 1
    assert shuniu("base", "erase", "ask", "P0", *WITH, "--login", "li", home=settings.home).code == 1
    for text in (erased.NAME, f"{erased.NAME[:2]} {erased.NAME[2:]}案", erased.PHONE, "莱州市文昌路街道 独居路77号"):
        naming = ("base", "erase", "ask", entity, *WITH[:2], "--reference", text, "--login", "li", "--json")
        refused = shuniu(*naming, home=settings.home)
        assert (refused.code, erased.NAME in refused.out + refused.err) == (2, False), "the paper's number names nobody"
    guessing = ("base", "erase", "ask", entity, *WITH[:2], "--reference", erased.NAME, "--login", "zhao")
    assert shuniu(*guessing, home=settings.home).code == 1, "who may not ask is told nothing of a name they guess"
    asked = json.loads(shuniu(*ask, "li", "--json", home=settings.home).out)
    assert (asked["status"], asked["asked_by"]) == ("asked", "li")
    for paper in (WITH[3], erased.NAME, erased.PHONE):
        naming = ("base", "erase", "ask", entity, *WITH[:2], "--reference", paper, "--login", "wang")
        assert shuniu(*naming, home=settings.home).code in (1, 2), "one is under way"
        assert "不得出现该人员" not in shuniu(*naming, home=settings.home).err, "which is told before names are tried"
    for language, words in (
        ("zh", "另有 1 项待另一位数据管理员审批：编号 1（li 以外）"),
        ("en", "1 wait for another steward to decide: 1 (not li)"),
    ):
        waiting = shuniu("base", "erase", "run", "--login", "wang", home=settings.home, language=language)
        assert (waiting.code, words in waiting.out) == (0, True)
    refuse = ("base", "erase", "refuse", "1", "--reason", "户籍须保存", "--login", "wang", "--ground")
    for name in (erased.NAME, "某某"):  # who asked may not find out by trying names as reasons
        own = shuniu(*refuse[:4], "--reason", name, *refuse[6:], "statutory_duty", home=settings.home)
        assert (own.code, "申请人以外" in own.err) == (1, True)
    monkeypatch.setattr(door.os, "getuid", lambda: 1)
    assert shuniu(*refuse, "no_wish", home=settings.home).code == 2
    refusing = ("base", "erase", "refuse", "1", "--reason", f"{erased.NAME}户籍须保存", "--login", "wang", "--ground")
    refused = shuniu(*refusing, "statutory_duty", home=settings.home)
    assert (refused.code, "不得出现该人员" in refused.err) == (2, True)
    assert shuniu(*refuse, "statutory_duty", home=settings.home).code == 0
    assert shuniu("base", "erase", "run", "--login", "li", "--json", home=settings.home).out.strip() == "[]"
    (kept,) = json.loads(shuniu("base", "erase", "list", "--json", home=settings.home).out)
    assert (kept["status"], kept["refusal"], kept["reason"]) == ("refused", "statutory_duty", "户籍须保存")
    assert len(read(settings, Layout(settings.lake_url).base("population"))) == 2

    again = json.loads(shuniu(*ask, "li", "--json", home=settings.home).out)["erasure"]
    approve = ("base", "erase", "approve", str(again), "--reason", "核实无误", "--login")
    own = shuniu(*approve, "li", home=settings.home)
    assert (own.code, "申请人以外" in own.err) == (1, True)
    assert shuniu(*approve, "zhao", home=settings.home).code == 1
    same_person = shuniu(*approve, "wang", home=settings.home)
    assert (same_person.code, "erasure_own" in same_person.err or "申请人以外" in same_person.err) == (1, True)
    monkeypatch.setattr(door.os, "getuid", lambda: 0)
    for private in (erased.NUMBER, f"已与{erased.NAME}本人核实"):
        approving = ("base", "erase", "approve", str(again), "--reason", private, "--login", "wang")
        assert shuniu(*approving, home=settings.home).code == 2
    assert shuniu(*approve, "li", home=settings.home).code == 1, "the account is the asker's, whoever is there"
    assert shuniu(*approve, "wang", home=settings.home).code == 0
    assert shuniu(*approve, "wang", home=settings.home).code == 1
    assert shuniu("base", "erase", "run", "--login", "zhao", home=settings.home).code == 1
    (done,) = json.loads(shuniu("base", "erase", "run", "--login", "li", "--json", home=settings.home).out)
    assert (done["erasure"], done["emptied"]) == (again, [])
    assert [row["name"] for row in read(settings, Layout(settings.lake_url).base("population"))] == ["李建国"]
    with open_reader(settings) as session:
        events = [one for one in session.query(Event) if one.tag.startswith("erasure:")]
    told = [(one.tag, one.details.get("account")) for one in events]
    assert {one.by.partition(":")[0] for one in events} == {"cli"}, "who was at the terminal stands beside the account"
    assert told == [
        ("erasure:asked", "li"), ("erasure:decided", "wang"), ("erasure:asked", "li"), ("erasure:decided", "wang"),
        ("erasure:begun", "li"), ("erasure:done", "li"),
    ]  # fmt: skip


def test_the_list_speaks_in_words_and_says_which_tickets_of_an_erasure_are_open(
    shuniu: Shuniu, hub: tuple[Settings, str]
) -> None:
    settings, entity = hub
    erased.approve(settings, entity)
    assert shuniu("base", "erase", "run", "--login", "li", home=settings.home).code == 0
    drawn = {
        language: shuniu("base", "erase", "list", home=settings.home, language=language) for language in ("zh", "en")
    }
    for language, words in (("zh", ("个人撤回同意", "已完成")), ("en", ("withdrawn consent", "done"))):
        said = "".join(drawn[language].out.split())
        assert not [one for one in words if one.replace(" ", "") not in said]
        assert "consent_withdrawn" not in said
    (erasure,) = json.loads(shuniu("base", "erase", "list", "--json", home=settings.home).out)
    assert (erasure["ground"], erasure["status"]) == ("consent_withdrawn", "done")
    assert erasure["open_tickets"] == ["market_enterprise-1", "police_person-1"]
    for verb in ("answer", "close"):
        assert shuniu("ticket", verb, "police_person-1", "--text", "源系统已删除", home=settings.home).code == 0
    (erasure,) = json.loads(shuniu("base", "erase", "list", "--json", home=settings.home).out)
    assert erasure["open_tickets"] == ["market_enterprise-1"]
    assert json.loads(shuniu("base", "erase", "returns", "--json", home=settings.home).out) == []
    with open_session(settings) as session:
        erasures.note_return(
            session, batch="b-1", dataset="police_person", rows=2, other_name=1, left_out=1, by="t", now=NOW
        )
    (again,) = json.loads(shuniu("base", "erase", "returns", "--json", home=settings.home).out)
    assert (again["batch"], again["dataset"], again["rows"], again["other_name"]) == ("b-1", "police_person", 2, 1)
    assert again["left_out"] == 1
    helped = shuniu("base", "erase", "refuse", "--help").out
    assert "履行法定职责所必需" in "".join(helped.split())


def test_of_who_was_erased_every_command_that_takes_the_id_says_so(shuniu: Shuniu, hub: tuple[Settings, str]) -> None:
    settings, entity = hub
    erased.approve(settings, entity)
    for command in ("explain", "as-of"):
        assert shuniu("base", command, entity, home=settings.home).code == 0
    assert shuniu("base", "erase", "run", "--login", "li", home=settings.home).code == 0
    for language, words in (("zh", f"{entity} 已依法删除（编号 1）"), ("en", f"{entity} was erased by law (number 1)")):
        for command in ("explain", "as-of"):
            said = shuniu("base", command, entity, home=settings.home, language=language)
            assert (said.code, words in said.err) == (1, True), command
    assert "基础库中没有 P0" in shuniu("base", "as-of", "P0", home=settings.home).err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_topics_an_erasure_emptied_are_named_with_what_makes_them_anew(
    shuniu: Shuniu, hub: tuple[Settings, str], tmp_path: Path, language: str
) -> None:
    settings, entity = hub
    declare(settings, tmp_path, "topic_digest", DIGEST)
    erased.approve(settings, entity)
    said = shuniu("base", "erase", "run", "--login", "li", home=settings.home, language=language)
    words = {
        "zh": "主题库 topic_digest 已清空，下次构建之前没有数据",
        "en": "Emptied until the next build: topic_digest",
    }
    assert (said.code, words[language] in said.out, "shuniu base build" in said.out) == (0, True, True)
    assert emptied_topics(settings, 1) == ["topic_digest"]
    for name in ("population", "topic_digest"):
        build(settings, name, now=NOW)
    assert emptied_topics(settings, 1) == []
