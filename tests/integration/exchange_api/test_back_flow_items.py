"""A table made of back-flow data (回流) too: what is the upper level's alone is given on no surface, the rest is."""

import pytest
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import datasets
from catalog.database import open_reader, open_session
from catalog.errors import NotAllowed
from catalog.models import Dataset
from tests.integration.exchange_api.city import ITEMS, NOW, PURPOSE, TOPIC, City, grant, source_rows

UPPER, OWN = "tax_support", "civil_support"
TABLE = f"/delta-sharing/shares/housing/schemas/civil/tables/{TOPIC}"
EDGES = [
    *((name, OWN, name) for name in ("person_no", "resident_id", "name", "birth_date", "division_code", "alive")),
    ("division_code", UPPER, "division_code"),
    ("monthly_amount", UPPER, "monthly_amount"),
]
"""The amount is the upper level's alone; the division is told by both."""


def enter(city: City, session: Session, code: str, origin: str) -> None:
    """A department's dataset in the catalogue."""
    entry = Dataset(
        code=code, title_zh=code, title_en=code, agency="civil", system=None, zone="standard", mode="snapshot",
        data_format="", update_cycle="daily", sharing="conditional", sharing_condition="", sharing_mode="",
        grade="L4", origin=origin, hub_id=city.settings.hub_id, abstract_zh="", abstract_en="",
        providers=["civil"], version="1.0.0", contract="", registered_at=NOW,
    )  # fmt: skip
    datasets.register(session, dataset=entry, items=ITEMS, by="test", now=NOW)


@pytest.fixture
def fused(city: City) -> City:
    """The city whose topic is made of our own data and of what the upper level gave back, granted before that."""
    with open_session(city.settings) as session:
        for code, origin in ((UPPER, "upper"), (OWN, "local")):
            enter(city, session, code, origin)
        grant(
            session,
            code="before",
            agency="stats",
            purpose="核验",
            surfaces=["verify"],
            calls_per_day=9,
            masks={"monthly_amount": "plain"},
        )
        datasets.record_lineage(session, target=TOPIC, edges=EDGES, by="test", now=NOW)
    city.hub.facts.forget()
    return city


def test_only_what_the_upper_level_alone_delivers_counts_as_back_flow(fused: City) -> None:
    with open_reader(fused.settings) as session:
        assert queries.back_flow_items(session, TOPIC) == {"monthly_amount"}
        assert queries.back_flow_items(session, OWN) == frozenset()


def test_what_is_made_of_back_flow_is_back_flow_whatever_it_is_mixed_with(fused: City) -> None:
    mixed = [("amount", TOPIC, "monthly_amount"), ("amount", TOPIC, "division_code"), ("who", TOPIC, "name")]
    again = [("amount", "topic_mixed", "amount"), ("amount", "topic_mixed", "who"), ("who", "topic_mixed", "who")]
    with open_session(fused.settings) as session:
        for code, edges in (("topic_mixed", mixed), ("topic_again", again)):
            enter(fused, session, code, "local")
            datasets.record_lineage(session, target=code, edges=edges, by="test", now=NOW)
    with open_reader(fused.settings) as session:
        assert queries.back_flow_items(session, "topic_mixed") == {"amount"}
        assert queries.back_flow_items(session, "topic_again") == {"amount"}


def test_a_grant_of_such_an_item_or_filtered_by_it_is_refused_and_of_others_is_not(fused: City) -> None:
    by_amount = {"item": "monthly_amount", "op": "gt", "value": "500"}
    with open_session(fused.settings) as session:
        for code, given in (
            ("sly", {"items": ["person_no", "monthly_amount"], "masks": {}}),
            ("slyer", {"items": ["person_no"], "masks": {}, "row_filter": by_amount}),
        ):
            with pytest.raises(NotAllowed) as refused:
                grant(session, code=code, agency="stats", **given)
            assert refused.value.code == "item_of_upper_level"
            assert "monthly_amount" in refused.value.sentence("en")
        grant(session, code="fine", agency="stats", items=["person_no", "division_code"], masks={})


def test_a_grant_from_before_gives_it_on_no_surface(fused: City) -> None:
    told = fused.records()
    assert told.status_code == 200
    row = told.json()["rows"][0]
    assert "monthly_amount" not in row
    assert "division_code" in row
    asked = fused.records(columns="person_no,monthly_amount")
    assert (asked.status_code, asked.json()["code"]) == (403, "access_denied")
    assert "上级平台回流" in asked.json()["detail"]
    assert fused.records(filter="monthly_amount:gt:1").status_code == 403
    shared = fused.get(f"{TABLE}/metadata")
    assert shared.status_code == 200
    assert "monthly_amount" not in shared.text
    person = source_rows()[1]
    answer = fused.post(
        f"/api/v1/datasets/{TOPIC}/verify",
        "stranger",
        json={"values": {"resident_id": person["resident_id"], "monthly_amount": "317.00"}, "purpose": "核验"},
    )
    assert answer.status_code == 403
    assert "back_flow" in {reason for line in fused.trail() for reason in line.get("reasons", ())}


def test_a_grant_of_nothing_else_says_why_it_gives_nothing(city: City) -> None:
    with open_session(city.settings) as session:
        grant(session, code="lonely", agency="stats", items=["alive"], masks={}, row_filter=None)
        enter(city, session, UPPER, "upper")
        datasets.record_lineage(session, target=TOPIC, edges=[("alive", UPPER, "alive")], by="test", now=NOW)
    city.hub.facts.forget()
    told = city.records("stranger", PURPOSE)
    assert (told.status_code, "上级平台回流" in told.json()["detail"]) == (403, True)
