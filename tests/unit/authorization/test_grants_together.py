"""What one grant hides another must not give back: grants are issued with an eye on what the agency holds already."""

from datetime import timedelta

import pytest

from authorization.actions import grants
from catalog.actions import agencies
from catalog.database import open_session
from catalog.errors import InvalidInput
from tests.integration.exchange_api.city import NOW, grant, register

LOOSE = {"items": ["person_no", "resident_id"], "masks": {"resident_id": "resident_id_6_4"}}
BORN = {"items": ["person_no", "birth_date"], "masks": {}}
YEAR = {"items": ["person_no", "birth_date"], "masks": {"birth_date": "year_of_date"}}


@pytest.fixture
def hub(registry):
    with open_session(registry) as session:
        for code in ("housing", "stats", "civil", "police"):
            agencies.register(session, code=code, name_zh=code, name_en=code, by="t", now=NOW)
        register(session, registry)
        register(session, registry, code="other_topic")
    return registry


def issue(hub, code, **changes):
    with open_session(hub) as session:
        return grant(session, code=code, **changes)


@pytest.mark.parametrize(("first", "second"), [(LOOSE, BORN), (BORN, LOOSE), (LOOSE, YEAR), (YEAR, LOOSE)])
@pytest.mark.parametrize("dataset", ["topic_support", "other_topic"])
def test_id_numbers_shown_6_4_and_dates_of_birth_never_meet_in_one_agency(hub, first, second, dataset):
    issue(hub, "first", **first)
    with pytest.raises(InvalidInput) as refused:
        issue(hub, "second", dataset=dataset, **second)
    assert refused.value.code == "grant_rebuilds_id"
    issue(hub, "elsewhere", agency="stats", dataset=dataset, **second)


def test_the_strict_form_goes_with_a_date_of_birth(hub):
    issue(hub, "born", **BORN)
    issue(hub, "strict", items=["person_no", "resident_id"], masks={"resident_id": "resident_id"})


@pytest.mark.parametrize("surface", ["records", "delta_sharing"])
def test_one_grant_may_not_mask_an_item_and_answer_questions_about_it(hub, surface):
    with pytest.raises(InvalidInput) as refused:
        issue(hub, "both", surfaces=["verify", surface], calls_per_day=5, **YEAR)
    assert refused.value.code == "grant_verify_masked"
    issue(hub, "plain", surfaces=["verify", surface], calls_per_day=5, **BORN)
    issue(hub, "questions", surfaces=["verify"], calls_per_day=5, **YEAR)


def test_a_grant_that_ended_still_counts_and_a_revoked_one_does_not(hub):
    issue(hub, "ended", **LOOSE, valid_from=NOW - timedelta(2), valid_until=NOW - timedelta(1))
    with pytest.raises(InvalidInput):
        issue(hub, "born", **BORN)
    with open_session(hub) as session:
        grants.revoke(session, code="ended", by="security", now=NOW)
    issue(hub, "born", **BORN)
