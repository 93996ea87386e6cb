"""The decision: default deny, one reason per missing respect, and a plan that shows nothing beyond the grant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from authorization.filters import comparison
from authorization.obligations import ItemFact
from authorization.policy import REASONS, Grant, Request, decide
from catalog.errors import InvalidInput

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FACTS = (
    ItemFact("person_no", "string", "person_no", key=True),
    ItemFact("resident_id", "string", "resident_id", "sensitive"),
    ItemFact("birth_date", "date", "birth_date", "general"),
    ItemFact("illness", "string", "health_record", "sensitive"),
    ItemFact("phone", "string", "phone", "general"),
)
GRANT = Grant(
    code="g1",
    agency="housing",
    dataset="topic",
    items=("person_no", "resident_id", "phone"),
    purpose="housing support",
    valid_from=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=1),
    surfaces=frozenset({"records"}),
    masks={"phone": "phone"},
)
REQUEST = Request("clerk", "housing", "topic", FACTS, "records", "housing support")


def refused(request=REQUEST, grant=GRANT, now=NOW):
    decision = decide(request, [grant], now)
    assert not decision.allowed
    assert decision.plan is None
    return decision.reasons


def test_without_a_grant_nothing_is_given():
    assert decide(REQUEST, [], NOW).reasons == ("no_grant",)


def test_a_fitting_grant_gives_a_plan_in_the_datasets_order():
    decision = decide(REQUEST, [GRANT], NOW)
    assert decision.allowed
    assert decision.plan.items == ("person_no", "resident_id", "phone")


@pytest.mark.parametrize(
    ("request_changes", "grant_changes", "reasons"),
    [
        ({"agency": "stats", "account": "x"}, {}, ("no_grant",)),
        ({"dataset": "other"}, {}, ("no_grant",)),
        ({"grant": "g2"}, {}, ("no_grant",)),
        ({}, {"account": "somebody_else"}, ("no_grant",)),
        ({}, {"revoked": True}, ("revoked",)),
        ({}, {"valid_from": NOW + timedelta(seconds=1)}, ("not_yet_valid",)),
        ({}, {"valid_until": NOW}, ("expired",)),
        ({"purpose": ""}, {}, ("purpose_missing",)),
        ({"purpose": "curiosity"}, {}, ("purpose_differs",)),
        ({"surface": "delta_sharing"}, {}, ("surface_not_granted",)),
        ({"items": ("birth_date",)}, {}, ("item_not_granted",)),
        ({"items": ()}, {}, ("item_not_granted",)),
        ({"items": ("no_such",)}, {}, ("item_not_granted",)),
        ({"order": ("phone",)}, {}, ("condition_not_granted",)),
        ({"order": ("birth_date",)}, {}, ("condition_not_granted",)),
        ({"sharing": "none"}, {}, ("not_shared",)),
        ({}, {"items": ("gone",)}, ("nothing_left",)),
    ],
)
def test_every_missing_respect_is_refused_with_its_reason(request_changes, grant_changes, reasons):
    assert refused(replace(REQUEST, **request_changes), replace(GRANT, **grant_changes)) == reasons
    assert set(reasons) <= set(REASONS)


def test_what_an_upper_level_platform_gave_back_is_neither_given_nor_filtered_by():
    facts = tuple(replace(fact, back_flow=fact.name == "phone") for fact in FACTS)
    asked = replace(REQUEST, facts=facts)
    assert decide(asked, [GRANT], NOW).plan.items == ("person_no", "resident_id")
    assert refused(replace(asked, items=("phone",))) == ("back_flow",)
    assert refused(asked, replace(GRANT, items=("phone",))) == ("back_flow",)
    by_phone = {"item": "phone", "op": "eq", "value": "1"}
    assert refused(asked, replace(GRANT, row_filter=by_phone)) == ("back_flow",)
    not_granted = replace(GRANT, items=("person_no",), masks={})
    assert refused(replace(asked, items=("phone",)), not_granted) == ("item_not_granted",)


def test_the_first_and_the_last_moment_of_a_grant():
    assert decide(REQUEST, [GRANT], GRANT.valid_from).allowed
    assert decide(REQUEST, [GRANT], GRANT.valid_until - timedelta(microseconds=1)).allowed


def test_a_second_grant_helps_where_the_first_does_not_fit():
    revoked = replace(GRANT, code="a", revoked=True)
    assert decide(REQUEST, [GRANT, revoked], NOW).plan.grant.code == "g1"


def test_a_grant_to_one_account_is_not_its_agencys():
    own = replace(GRANT, account="clerk")
    assert decide(REQUEST, [own], NOW).allowed
    assert refused(replace(REQUEST, account="colleague"), own) == ("no_grant",)


def test_filtering_on_masked_or_hidden_items_is_refused_and_on_plain_ones_allowed():
    kinds = {fact.name: fact.kind for fact in FACTS}
    for item in ("phone", "resident_id", "illness", "birth_date"):
        value = "2000-01-01" if item == "birth_date" else "1"
        assert refused(replace(REQUEST, conditions=(comparison(item, "eq", value, kinds),))) == (
            "condition_not_granted",
        )
    plain = replace(REQUEST, conditions=(comparison("person_no", "eq", "1", kinds),))
    assert decide(plain, [GRANT], NOW).allowed


def test_sensitive_items_are_masked_where_the_grant_is_silent_and_plain_only_when_it_says_so():
    silent = decide(REQUEST, [GRANT], NOW).plan.columns
    assert {column.name: str(column.mask) for column in silent}["resident_id"] == "resident_id_strict"
    said = replace(GRANT, masks={"resident_id": "plain"})
    assert {c.name: str(c.mask) for c in decide(REQUEST, [said], NOW).plan.columns}["resident_id"] == "plain"


def test_a_sensitive_item_without_any_mask_is_left_out():
    decision = decide(REQUEST, [replace(GRANT, items=("person_no", "illness"))], NOW)
    assert decision.plan.items == ("person_no",)


def test_an_id_number_is_shown_stricter_beside_a_birth_date():
    loose = replace(GRANT, masks={"resident_id": "resident_id_6_4"})
    alone = decide(REQUEST, [loose], NOW).plan.columns[1]
    beside = decide(REQUEST, [replace(loose, items=("resident_id", "birth_date"))], NOW).plan.columns[0]
    assert str(alone.mask) == "resident_id_6_4"
    assert (str(beside.mask), beside.obligation) == ("resident_id_strict", "tightened")


def test_asking_for_the_id_number_alone_does_not_loosen_it():
    both = replace(GRANT, items=("resident_id", "birth_date"), masks={"resident_id": "resident_id_6_4"})
    plan = decide(replace(REQUEST, items=("resident_id",)), [both], NOW).plan
    assert str(plan.columns[0].mask) == "resident_id_strict"


def test_an_id_number_is_not_shown_as_a_telephone_number():
    plan = decide(REQUEST, [replace(GRANT, masks={"resident_id": "phone"})], NOW).plan
    assert [str(c.mask) for c in plan.columns if c.name == "resident_id"] == ["resident_id_strict"]


VERIFYING = replace(GRANT, code="v", surfaces=frozenset({"verify"}), masks={"resident_id": "plain"})
QUESTION = replace(REQUEST, surface="verify", items=("person_no", "phone"))


@pytest.mark.parametrize("masks", [{"resident_id": "plain"}, {"resident_id": "plain", "phone": "phone"}])
def test_verification_never_undoes_a_mask_under_which_the_agency_reads(masks):
    verifying = replace(VERIFYING, masks=masks)
    colleagues = replace(GRANT, account="colleague")
    assert decide(QUESTION, [verifying], NOW).allowed
    assert decide(QUESTION, [verifying], NOW, held=[verifying, colleagues]).reasons == ("verify_masked",)
    for harmless in (
        replace(colleagues, revoked=True),
        replace(colleagues, valid_until=NOW),
        replace(colleagues, dataset="other"),
        replace(colleagues, agency="stats"),
        replace(colleagues, surfaces=frozenset({"verify"})),
    ):
        assert decide(QUESTION, [verifying], NOW, held=[verifying, harmless]).allowed


def test_a_masked_item_is_not_verified_where_any_rows_may_be_read():
    reading = replace(GRANT, items=("person_no",), masks={})
    masking = replace(VERIFYING, masks={"phone": "phone"})
    assert "verify_masked" in decide(QUESTION, [masking, reading], NOW).reasons
    assert decide(QUESTION, [VERIFYING, reading], NOW).allowed


def test_a_hidden_key_orders_nothing():
    assert decide(REQUEST, [GRANT], NOW).plan.key == ("person_no",)
    assert decide(REQUEST, [replace(GRANT, items=("phone",))], NOW).plan.key == ()


def test_obligations_are_told():
    told = decide(REQUEST, [replace(GRANT, row_filter={"item": "phone", "op": "empty", "value": False})], NOW)
    assert told.obligations == (
        "resident_id: resident_id_strict (default)",
        "phone: phone (granted)",
        "rows: filtered",
    )


def test_a_policys_name_changes_with_everything_that_changes_bytes():
    plan = decide(REQUEST, [GRANT], NOW).plan
    names = {
        plan.fingerprint("s"),
        plan.fingerprint("other key"),
        replace(plan, columns=plan.columns[:1]).fingerprint("s"),
        replace(plan, grant=replace(plan.grant, agency="stats")).fingerprint("s"),
        replace(plan, row_filter=comparison("phone", "eq", "1", {"phone": "string"})).fingerprint("s"),
    }
    assert len(names) == 5


def test_a_stored_mask_that_does_not_fit_is_an_error_not_a_plain_value():
    with pytest.raises(InvalidInput):
        decide(REQUEST, [replace(GRANT, masks={"phone": "band:100"})], NOW)


@pytest.mark.parametrize("mask", ["plain", "pseudonym", "address"])
def test_a_policy_that_differs_in_one_mask_alone_has_another_fingerprint(mask):
    def fingerprint(**masks):
        return decide(REQUEST, [replace(GRANT, masks=masks)], NOW).plan.fingerprint("salt")

    assert fingerprint(phone="phone") == fingerprint(phone="phone")
    assert fingerprint(phone=mask) != fingerprint(phone="phone")
