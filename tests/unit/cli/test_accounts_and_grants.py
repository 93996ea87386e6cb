"""Accounts and grants from the command line, with the event each leaves."""

import io
import json

import pytest
from sqlalchemy import select

from catalog.database import open_reader
from catalog.models import Event
from catalog.settings import Settings
from tests.unit.cli.conftest import Shuniu

GRANT = ("--agency", "housing", "--dataset", "topic_housing_support", "--item", "person_id", "--item", "name")
CLERK = ("--agency", "civil", "--role", "publisher", "--name", "王")
TERMS = ("--purpose", "资格复核", "--basis", "《公共租赁住房管理办法》第七条", "--until", "2099-12-31")


def events(settings: Settings, subject: str) -> list[str]:
    """Tags of the events on `subject`, in order."""
    with open_reader(settings) as session:
        query = select(Event.tag).where(Event.subject == subject).order_by(Event.event_id)
        return list(session.scalars(query))


def test_a_persons_account_takes_its_password_from_standard_input(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Calm-Harbour-77\n"))
    said = shuniu(
        "account", "add", "civil_new", "--agency", "civil", "--role", "publisher", "--name", "王", home=city.home
    )
    assert said.code == 0
    assert "Harbour" not in said.out + said.err
    assert events(city, "civil_new") == ["account:created"]


def test_a_weak_password_is_refused_with_the_rule(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12345678\n"))
    said = shuniu(
        "account", "add", "civil_weak", "--agency", "civil", "--role", "publisher", "--name", "王", home=city.home
    )
    assert said.code == 2
    assert "口令太弱" in said.err
    assert events(city, "civil_weak") == []


def test_a_programs_token_is_shown_once_and_can_be_revoked(shuniu: Shuniu, city: Settings) -> None:
    account = ("--agency", "housing", "--role", "consumer", "--name", "住建系统", "--service")
    assert shuniu("account", "add", "housing_app", *account, home=city.home).code == 0
    token = json.loads(shuniu("account", "token", "housing_app", "--days", "7", "--json", home=city.home).out)["token"]
    token_id = token.split("_")[1]
    assert shuniu("account", "revoke-token", token_id, home=city.home).code == 0
    assert shuniu("account", "disable", "housing_app", home=city.home).code == 0
    assert events(city, "housing_app") == [
        "account:created",
        "account:token_issued",
        "account:token_revoked",
        "account:disabled",
    ]


def test_a_grant_is_issued_to_the_end_of_its_last_day_and_revoked(shuniu: Shuniu, city: Settings) -> None:
    assert shuniu("grant", "add", "check_again", *GRANT, *TERMS, home=city.home).code == 0
    grant = json.loads(shuniu("grant", "show", "check_again", "--json", home=city.home).out)
    assert grant["valid_until"] == "2099-12-31T16:00:00+00:00"
    assert grant["state"] == "in_force"
    assert shuniu("grant", "revoke", "check_again", home=city.home).code == 0
    assert "已撤销" in shuniu("grant", "show", "check_again", home=city.home).out
    assert events(city, "check_again") == ["grant:issued", "grant:revoked"]


def test_a_grant_with_an_item_the_dataset_does_not_have_is_refused(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("grant", "add", "wrong_item", *GRANT, "--item", "salary", *TERMS, home=city.home)
    assert said.code == 2
    assert "不在该数据集中" in said.err
    assert shuniu("grant", "show", "wrong_item", home=city.home).code == 1


def test_a_date_that_is_none_is_a_wrong_call(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("grant", "add", "wrong_day", *GRANT, *TERMS[:-1], "31.12.2099", home=city.home)
    assert said.code == 2
    assert "--until" in said.err
