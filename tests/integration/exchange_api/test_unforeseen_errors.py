"""Errors nobody foresaw: answered in our form, counted, and their text, which may hold a value, in no log."""

import re
import time

import pyarrow as pa
import pytest

from exchange_api.middleware import CONTENT_POLICY, Unforeseen
from tests.integration.exchange_api.city import CANARY, TestClient, publish, source_table


def disturb(city):
    """Publish a version in which a yes-or-no item is text, so that the engine's own error names one of the values."""
    table = source_table()
    texts = pa.array([f"{CANARY}-{number}" for number in range(table.num_rows)])
    column = table.schema.get_field_index("alive")
    publish(city.settings, table.set_column(column, "alive", texts), "disturbed", mode="overwrite")


def test_a_value_in_the_text_of_an_error_reaches_neither_answer_nor_log_of_a_live_server(live):
    for value in ("9" * 39, "%ED%A0%80"):
        live.records(filter=[f"person_no:eq:{CANARY}{value}", f"alive:eq:{CANARY}{value}"])
    disturb(live)
    time.sleep(1.1)  # facts are remembered for a second
    answer = live.records()
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    printed = (live.settings.home / "server.log").read_text()
    assert "unexpected ConversionException at lake.reading.pages" in printed
    assert CANARY not in answer.text + printed


@pytest.fixture
def broken(city):
    """The city with a route that fails, and one that fails when half is said."""

    @city.client.app.get("/fails")
    def fails():
        raise ValueError(CANARY)

    async def half(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(CANARY)

    city.client.app.mount("/half", half)
    return city


def test_an_answer_to_an_error_nobody_foresaw_has_the_security_headers_and_is_counted(broken, caplog):
    answer = broken.client.get("/fails", headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["detail"]) == (500, "Something went wrong inside; it was noted.")
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert answer.headers["x-frame-options"] == "DENY"
    assert broken.hub.requests[("GET", "/fails", 500)] == 1
    assert re.search(r"unexpected ValueError at .*test_unforeseen_errors:\d+ fails", caplog.text)
    assert CANARY not in caplog.text


def test_an_answer_that_breaks_off_raises_nothing_with_a_text(broken):
    with pytest.raises(Unforeseen) as caught:
        TestClient(broken.client.app).get("/half/")
    assert str(caught.value) == ""
    assert caught.value.__context__ is None


def test_nobody_is_answered_or_sent_on_under_a_foreign_host_name(city):
    for host in ("evil.example", "evil.example:8600", "testserver@evil.example", "testserver/evil", "[::1", ""):
        for path in ("/login", "/language/en", "/api/v1/datasets/", "/nowhere"):
            answer = city.client.get(path, headers={"host": host}, follow_redirects=False)
            assert (host, path, answer.status_code) == (host, path, 421)
            assert "evil" not in str(answer.headers) + answer.text
            assert answer.headers["x-frame-options"] == "DENY"


def test_the_hub_answers_under_its_public_name_and_on_its_own_machine(city):
    for host in ("testserver", "TESTSERVER:80", "127.0.0.1:8600", "localhost", "[::1]:8600"):
        assert city.client.get("/login", headers={"host": host}).status_code == 200
    assert city.client.get("/healthz", headers={"host": "10.0.0.7:8600"}).status_code == 200


def test_an_address_with_a_slash_too_many_is_not_there_rather_than_redirected(city):
    assert city.client.get("/login/", follow_redirects=False).status_code == 404


def test_methods_nobody_knows_are_counted_as_one(city):
    for number in range(20):
        city.client.request(f"MADE{number}UP", "/healthz")
    assert {method for method, _, _ in city.hub.requests} == {"OTHER"}
