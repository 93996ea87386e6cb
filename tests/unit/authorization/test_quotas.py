"""Quotas over several processes: never more than granted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from authorization.policy import Grant
from authorization.quotas import Quotas
from catalog.errors import QuotaExceeded
from tests.integration.exchange_api.city import NOW

DAY = date(2026, 3, 2)


def granted(calls=None, rows=None):
    return Grant("g", "housing", "d", ("a",), "p", NOW, NOW, frozenset(), calls_per_day=calls, rows_per_day=rows)


def taken(quotas, grant, rows=1, day=DAY):
    try:
        return quotas.take(grant, day=day, rows=rows)
    except QuotaExceeded:
        return None


def test_a_grant_without_quota_is_never_refused(registry):
    assert Quotas(registry).take(granted(), day=DAY, rows=10_000) == 10_000


@pytest.mark.parametrize("calls", [1, 7, 100])
def test_two_processes_together_never_make_more_calls_than_granted(registry, calls):
    processes = [Quotas(registry), Quotas(registry)]
    grant = granted(calls=calls)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: taken(processes[number % 2], grant), range(calls * 2 + 20)))
    assert 0 < sum(answer is not None for answer in answers) <= calls


def test_one_process_may_use_every_call(registry):
    quotas, grant = Quotas(registry), granted(calls=30)
    assert [taken(quotas, grant) is not None for _ in range(31)] == [True] * 30 + [False]


def test_rows_near_the_end_are_given_in_part_and_rows_not_needed_come_back(registry):
    quotas, grant = Quotas(registry), granted(rows=100)
    assert quotas.take(grant, day=DAY, rows=70) == 70
    assert quotas.take(grant, day=DAY, rows=70) == 30
    assert taken(quotas, grant, rows=1) is None
    quotas.give_back(grant, day=DAY, rows=20)
    assert quotas.take(grant, day=DAY, rows=70) == 20


def test_every_day_begins_anew(registry):
    quotas, grant = Quotas(registry), granted(calls=1)
    assert taken(quotas, grant) == 1
    assert taken(quotas, grant) is None
    assert taken(quotas, grant, day=DAY + timedelta(days=1)) == 1
