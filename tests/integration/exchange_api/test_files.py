"""Projected files: recorded before they leave, in ranges as HTTP has them, and only while policy allows them."""

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from authorization.actions.revisions import advance
from authorization.models import AccessGrant, Account
from catalog.database import open_session
from catalog.errors import Unavailable
from exchange_api.routes.files import readable_range
from tests.integration.exchange_api.city import register

TABLE = "/delta-sharing/shares/housing/schemas/civil/tables/topic_support"


@pytest.fixture
def url(city):
    lines = city.post(f"{TABLE}/query", json={}).text.splitlines()
    return json.loads(lines[2])["file"]["url"].removeprefix("http://testserver")


def fetch(city, url, **headers):
    return city.client.get(url, headers=headers)


@pytest.mark.parametrize(
    "header",
    ["bytes=5-2", "bytes=-", "bytes=", "bytes", "bytes=a-b", "rows=0-1", "bytes=0-1,5-2", "bytes=0-1;2", "0-3",
     "bytes=" + "9" * 5000 + "-", "bytes=0--1"],
)  # fmt: skip
def test_a_range_that_is_not_one_is_ignored(city, url, header):
    answer = fetch(city, url, Range=header)
    assert (answer.status_code, answer.content[:4]) == (200, b"PAR1")
    assert answer.content == fetch(city, url).content


def test_ranges_are_answered_in_part_or_said_to_lie_outside(city, url):
    assert fetch(city, url, Range="bytes=0-3").content == b"PAR1"
    assert fetch(city, url, Range="Bytes=-4").content == b"PAR1"
    assert fetch(city, url, Range="bytes=0-3, -4").status_code == 206
    assert fetch(city, url, Range="bytes=99999999-").status_code == 416
    assert readable_range("bytes=0-0")


def shared_no_more(session, settings):
    register(session, settings, sharing="none")


def without_the_surface(session, _settings):
    session.get(AccessGrant, "housing_grant").surfaces = ["records"]


def with_an_item_masked_by_now(session, _settings):
    found = session.get(AccessGrant, "housing_grant")
    found.masks = {**found.masks, "division_code": "pseudonym"}


def for_another_role(session, _settings):
    session.get(Account, "housing_service").roles = ["publisher"]


@pytest.mark.parametrize("change", [shared_no_more, without_the_surface, with_an_item_masked_by_now, for_another_role])
def test_a_file_url_ends_when_policy_would_not_make_it_any_more(city, url, change):
    assert fetch(city, url).status_code == 200
    with open_session(city.settings) as session:
        change(session, city.settings)
        advance(session)
    time.sleep(0.6)
    answer = fetch(city, url)
    assert (answer.status_code, b"PAR1" in answer.content) == (403, False)


class Slow:
    """A trail that has not made anything durable yet."""

    def __init__(self):
        self.future: Future = Future()
        self.submitted = 0

    def submit(self, **_fields):
        self.submitted += 1
        return self.future

    record = close = lambda self, **_fields: 1


def test_a_second_fetch_waits_for_the_record_of_the_first_and_fails_with_it(city, url):
    now = city.hub.clock()
    city.hub.close()
    city.hub.clock, city.hub._trail = (lambda: now), Slow()
    slow = city.hub._trail
    with ThreadPoolExecutor(2) as pool:
        fetches = [pool.submit(fetch, city, url) for _ in range(2)]
        time.sleep(0.5)
        assert not any(one.done() for one in fetches)
        slow.future.set_exception(Unavailable("不能", "cannot", code="audit_unwritable"))
        assert [one.result().status_code for one in fetches] == [503, 503]
    assert slow.submitted == 1


def test_fetches_within_a_second_are_one_record(city, url):
    now = city.hub.clock()
    city.hub.clock = lambda: now
    for _ in range(3):
        assert fetch(city, url).status_code == 200
    assert [record["surface"] for record in city.trail()].count("delta_sharing_file") == 1
