"""An entity is found at the command line by what a clerk holds in hand; that stands in no argument, output, record."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete

from authorization.models import FindMiss
from catalog.database import open_session
from catalog.settings import Settings
from catalog.standards import check_digits
from dags.steps.bases import build_group
from exchange_api import guessing
from tests.factories.standard_tables import day, hold, moment
from tests.unit.cli.conftest import Shuniu

BODY = "37068319900307700"
NUMBER = BODY + check_digits.mod_11_2(BODY)
PHONE, NAME = "13805351234", "王小明"


@pytest.fixture(scope="module")
def town(city: Settings) -> Settings:
    known = {"resident_id": NUMBER, "name": NAME, "phone": PHONE, "birth_date": day(1990, 3, 7), "status": "1"}
    hold(city, "police_person", known | {"person_no": "1", "updated_at": moment(2025)})
    build_group(city, "population", clock=lambda: datetime(2026, 11, 3, 1, tzinfo=UTC))
    return city


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What comes on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def looks(settings: Settings) -> list[str]:
    lines = [line for path in sorted(settings.audit_dir.glob("*/*.jsonl")) for line in path.read_text().splitlines()]
    return [line for line in lines if json.loads(line).get("surface") == "find"]


def test_a_number_on_standard_input_leads_to_the_id_and_stands_in_no_record(
    shuniu: Shuniu, town: Settings, typed: Any
) -> None:
    before = len(looks(town))
    typed(f"{NUMBER}\n")
    said = shuniu("base", "find", "population", "--json", home=town.home)
    (one,) = json.loads(said.out)["matches"]
    assert (said.code, one["entity"][0], one["how"], one["was"]) == (0, "P", "now", "")
    typed(f"{PHONE}\n王 小明\n")
    said = shuniu("base", "find", "population", "--phone", home=town.home)
    assert one["entity"] in said.out
    assert "姓名、联系电话" in said.out
    assert "基础库采用的值" in said.out
    typed("110105198001010014\n")
    missed = shuniu("base", "find", "population", home=town.home)
    assert "没有查到" in missed.out
    assert "校验位不符" in missed.err
    new = looks(town)[before:]
    assert [(json.loads(line)["rows"], json.loads(line)["items"]) for line in new] == [
        (1, ["resident_id"]), (1, ["name", "phone"]), (0, ["resident_id"]),
    ]  # fmt: skip
    everything = "".join((*new, said.out, said.err, missed.out, missed.err))
    assert not [text for text in (NUMBER, PHONE, NAME, "110105198001010014") if text in everything]


def test_a_number_as_an_argument_is_not_taken_and_not_repeated(shuniu: Shuniu, town: Settings) -> None:
    said = shuniu("base", "find", "population", NUMBER, home=town.home)
    assert (said.code, "不要写在命令行上" in said.err) == (2, True)
    english = shuniu("base", "find", "population", NUMBER, home=town.home, language="en")
    assert NUMBER not in said.out + said.err + english.err


def test_what_is_no_number_and_a_base_without_entities_are_refused_and_nothing_is_recorded(
    shuniu: Shuniu, town: Settings, typed: Any
) -> None:
    before = len(looks(town))
    typed("abc\n")
    assert shuniu("base", "find", "population", home=town.home).code == 2
    typed(f"{NUMBER}\n")
    said = shuniu("base", "find", "economy", home=town.home)
    assert (said.code, "population 或 legal_person" in said.err) == (1, True)
    typed(f"{PHONE}\n{NAME}\n")
    assert "没有电话" in shuniu("base", "find", "legal_person", "--phone", home=town.home).err
    assert len(looks(town)) == before


def test_who_finds_nobody_too_often_at_the_terminal_looks_no_more_and_the_refusal_is_on_record(
    shuniu: Shuniu, town: Settings, typed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "MOST_MISSES", 2)
    with open_session(town) as session:
        session.execute(delete(FindMiss))
    codes = []
    for number in (NUMBER, "110105198001010014", "110105198001010014", NUMBER):
        typed(f"{number}\n")
        codes.append(shuniu("base", "find", "population", home=town.home).code)
    assert codes[:3] == [0, 0, 0]
    assert codes[3] != 0
    last = json.loads(looks(town)[-1])
    assert (last["decision"], last["reasons"], last["rows"]) == ("refused", ["find_too_often"], 0)
    assert NUMBER not in str(last)
