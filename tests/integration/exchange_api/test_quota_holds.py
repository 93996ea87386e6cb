"""Rows answered never exceed the rows granted for a day, in whatever order pages and whole tables are asked for."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.database import open_session
from tests.integration.exchange_api.city import grant, source_rows

SHARE = "/delta-sharing/shares/stats/schemas/civil/tables"
WHOLE = sum(row["alive"] for row in source_rows())
QUOTAS = {f"q{rows}": rows for rows in (20, 50, 51, 60, 101, 102, 150, 400)}


@pytest.fixture
def limited(city):
    """A grant of the statistics office per quota."""
    with open_session(city.settings) as session:
        for code, rows in QUOTAS.items():
            grant(session, code=code, agency="stats", purpose=code, rows_per_day=rows)
    return city


def page(city, code, limit):
    answer = city.records(account="stranger", purpose=code, limit=limit)
    return len(answer.json()["rows"]) if answer.status_code == 200 else 0


def table(city, code, _limit=0):
    answer = city.post(f"{SHARE}/topic_support__{code}/query", "stranger", json={})
    assert answer.status_code in (200, 422, 429)
    return WHOLE if answer.status_code == 200 else 0


STEPS = st.lists(st.tuples(st.sampled_from([page, table]), st.integers(1, 70)), min_size=1, max_size=8)


def test_rows_answered_stay_within_the_quota_over_any_order_of_pages_and_tables(limited):
    answered = Counter()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(code=st.sampled_from(sorted(QUOTAS)), steps=STEPS)
    def ask(code, steps):
        for step, limit in steps:
            answered[code] += step(limited, code, limit)
            assert answered[code] <= QUOTAS[code]

    ask()


def test_a_table_too_large_for_what_is_left_takes_nothing_and_the_refusal_is_recorded(limited):
    assert table(limited, "q60") == WHOLE
    refused = limited.post(f"{SHARE}/topic_support__q60/query", "stranger", json={})
    assert (refused.status_code, refused.json()["errorCode"]) == (422, "ROWS_LEFT_TOO_FEW")
    assert page(limited, "q60", 70) == 60 - WHOLE
    assert table(limited, "q60") == 0
    assert ["rows_left_too_few"] in [record["reasons"] for record in limited.trail()]
