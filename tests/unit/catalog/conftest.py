"""A small catalogue: one agency with one registered dataset."""

from datetime import datetime

import pytest

from catalog.actions import agencies, datasets
from catalog.contracts import Contract, Item
from catalog.database import open_session
from catalog.settings import Settings

ITEMS = (
    Item("person_no", "人员编号", "Person number", "record_no", "string", "rybh", required=True, key=True),
    Item("name", "姓名", "Name", "name", "string", "xm", personal="general"),
    Item("resident_id", "身份号码", "Resident id", "resident_id", "string", "gmsfhm", grade="L4", personal="sensitive"),
)  # fmt: skip


@pytest.fixture
def contract() -> Contract:
    """A contract of three items."""
    return Contract(
        dataset="police_person",
        version="1.0.0",
        title_zh="户籍人口",
        title_en="Registered population",
        agency="police",
        system="police_db",
        mode="snapshot",
        locator="hkrk",
        watermark=None,
        items=ITEMS,
        grade="L4",
        document="kind: DataContract",
    )


@pytest.fixture
def catalogue(registry: Settings, contract: Contract, now: datetime) -> Settings:
    """A registry in which the agency and the dataset of `contract` stand."""
    with open_session(registry) as session:
        agencies.register(session, code="police", name_zh="公安局", name_en="Police", by="t", now=now)
        datasets.register_contract(session, contract=contract, hub_id="370683", by="t", now=now)
    return registry
