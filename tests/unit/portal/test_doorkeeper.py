"""Guessing passwords: who is shut out by it, who is not, and that nobody's guessing stands in anybody's way."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request

from catalog.database import engine_for
from catalog.errors import QuotaExceeded
from catalog.settings import Settings
from exchange_api.portal import doorkeeper as doors
from exchange_api.portal.doorkeeper import Doorkeeper, Failures, address_of
from tests.factories.client import TestClient
from tests.factories.small_registry import PASSWORD
from tests.unit.portal.conftest import form_token

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HERE, THERE = "10.1.0.5", "10.9.0.9"


def tries(door: Doorkeeper, password: str, address: str, *, login: str = "steward", now: datetime = NOW) -> bool:
    return door.admits(login=login, password=password, address=address, now=now)


def test_five_wrong_passwords_shut_out_their_address_for_a_quarter_of_an_hour(city: Settings) -> None:
    door = Doorkeeper(city)
    assert not any(tries(door, "wrong", THERE) for _ in range(doors.MOST_FAILURES))
    assert not tries(door, PASSWORD, THERE)
    assert not tries(door, PASSWORD, THERE, now=NOW + doors.WINDOW - timedelta(seconds=1))
    assert tries(door, PASSWORD, THERE, now=NOW + doors.WINDOW)


def test_the_owner_enters_from_elsewhere_while_somebody_guesses(city: Settings) -> None:
    door = Doorkeeper(city)
    for _ in range(doors.MOST_FAILURES + 3):
        tries(door, "wrong", THERE)
    assert tries(door, PASSWORD, HERE)


def test_a_right_password_makes_earlier_slips_forgotten(city: Settings) -> None:
    door = Doorkeeper(city)
    for _ in range(3):
        assert not any(tries(door, "wrong", HERE) for _ in range(doors.MOST_FAILURES - 1))
        assert tries(door, PASSWORD, HERE)


def test_guessing_from_many_addresses_leaves_each_one_try_and_the_owner_enters_still(
    city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "ATTACKED", 4)
    door = Doorkeeper(city)
    for number in range(4):
        tries(door, "wrong", f"10.9.1.{number}")
    assert not tries(door, "wrong", THERE)
    assert not tries(door, PASSWORD, THERE)  # its one try is used up
    assert tries(door, PASSWORD, HERE)


def test_nobody_enters_an_account_that_has_no_password(city: Settings) -> None:
    assert not tries(Doorkeeper(city), "", HERE, login="nobody")


def test_failures_remembered_have_an_end() -> None:
    failures = Failures(most=3)
    for number in range(10):
        failures.add((str(number),), NOW)
    assert [failures.count((str(number),), NOW) for number in range(10)] == [0] * 7 + [1] * 3


def test_a_password_is_tried_while_somebody_else_writes_and_keeps_no_writer_waiting(city: Settings) -> None:
    writer = sqlite3.connect(str(engine_for(city).url.database), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert tries(Doorkeeper(city), PASSWORD, HERE)
    finally:
        writer.execute("ROLLBACK")
        writer.close()


def test_too_many_passwords_at_once_are_refused_with_a_sentence(
    city: Settings, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, go_on = [0], [0], threading.Event()

    def slow(_password: str, _stored: str | None) -> bool:
        running[0] += 1
        most[0] = max(most[0], running[0])
        go_on.wait(20)
        running[0] -= 1
        return False

    monkeypatch.setattr(doors, "password_holds", slow)
    monkeypatch.setattr(doors, "LONGEST_WAIT", 0.05)
    door: Doorkeeper = browser.app.state.doorkeeper
    guesses = [threading.Thread(target=tries, args=(door, "x", f"10.2.0.{number}")) for number in range(doors.AT_ONCE)]
    for guess in guesses:
        guess.start()
    while running[0] < doors.AT_ONCE:
        pass
    with pytest.raises(QuotaExceeded):
        tries(door, PASSWORD, HERE)
    form = {"csrf": form_token(browser), "login": "steward", "password": PASSWORD}
    answer = browser.post("/login", data=form, headers={"accept-language": "en"})
    go_on.set()
    for guess in guesses:
        guess.join()
    assert (answer.status_code, "try again in a few seconds" in answer.text) == (429, True)
    assert most[0] == doors.AT_ONCE


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("10.1.0.5", "1.2.3.4", "", "10.1.0.5"),
        ("10.1.0.5", "1.2.3.4", "172.18.0.0/16", "10.1.0.5"),
        ("172.18.0.3", "1.2.3.4", "172.18.0.0/16", "1.2.3.4"),
        ("172.18.0.3", "6.6.6.6, 1.2.3.4", "172.18.0.0/16", "1.2.3.4"),
        ("172.18.0.3", "1.2.3.4, 127.0.0.1", "172.18.0.0/16, 127.0.0.1", "1.2.3.4"),
        ("172.18.0.3", "", "172.18.0.0/16", "172.18.0.3"),
        ("testclient", "1.2.3.4", "172.18.0.0/16", "testclient"),
    ],
)
def test_an_address_is_taken_from_proxies_we_trust_and_from_nobody_else(
    city: Settings, peer: str, forwarded: str, proxies: str, address: str
) -> None:
    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    settings = Settings(**(city.model_dump() | {"trusted_proxies": proxies}))
    assert address_of(Request(scope), settings) == address
