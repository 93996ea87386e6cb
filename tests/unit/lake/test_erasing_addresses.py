"""An erased person's address texts stand nowhere any more, not in what the matcher remembers of texts either."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.actions import agencies, datasets
from catalog.database import forget_engines, migrate, open_session
from catalog.settings import Settings
from lake.bases import build
from lake.erasing.carry_out import carry_out
from lake.layout import Layout
from tests.factories import erased
from tests.factories.erased import ADDRESS, NAME, NOW, NUMBER, OLD_ADDRESS, found
from tests.factories.standard_tables import hold, moment, read

SHARED = "莱州市文昌路街道金苑社区文化东路7号"
"""The person writes it, and a firm does."""
THEIRS = (NUMBER, NAME, ADDRESS, OLD_ADDRESS, "独居路", "先前路")
ORDER = ("population", "spatial_address", "spatial_address_text", "spatial_address_link")
TEXTS = "spatial_address_text"
REGISTERED = [
    {"address_code": f"A{door}", "full_address": f"山东省莱州市文昌路街道金苑社区文化东路{door}号", "road": "文化东路",
     "door_no": str(door), "community_code": "370683001401", "building_id": f"B{door}"}
    for door in range(1, 41)
]  # fmt: skip


def texts_of(settings: Settings, table: str) -> set[object]:
    """The addresses a table of texts holds."""
    return {row["address"] for row in read(settings, Layout(settings.lake_url).base(table))}


@pytest.fixture
def county(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Built before and after the person moved, the texts the second time on what the first left; an approved erasure.

    There are enough other texts that nobody writes the remembered ones anew for one that came and one that went.
    """
    migrate(settings)
    with open_session(settings) as session:
        for code in ("police", "hrss", "market"):
            agencies.register(session, code=code, name_zh=code, name_en=code, by="t", now=NOW)
        datasets.register_contract(session, contract=erased.POLICE, hub_id=settings.hub_id, by="t", now=NOW)
    hold(settings, "police_address", *REGISTERED)
    firms = [{"record_no": str(door), "address": row["full_address"]} for door, row in enumerate(REGISTERED)]
    hold(settings, "market_enterprise", *firms, {"record_no": "99", "address": SHARED})
    insured = {"insurance_no": "h1", "resident_id": NUMBER, "name": NAME, "address": SHARED}
    hold(settings, "hrss_insurance", insured, erased.INSURED)
    for on, address, updated in ((1, OLD_ADDRESS, moment(2024)), (8, ADDRESS, moment(2026, 11, 6))):
        hold(settings, "police_person", erased.person(address, updated), erased.OTHERS, day=on)
        for name in ORDER:
            build(settings, name, now=datetime(2026, 11, on + 1, tzinfo=UTC))
    population = read(settings, Layout(settings.lake_url).base("population"))
    erased.approve(settings, next(str(row["person_id"]) for row in population if row["resident_id"] == NUMBER))
    return settings


def test_no_remembered_text_is_an_erased_persons_alone(county: Settings) -> None:
    assert {OLD_ADDRESS, ADDRESS, SHARED} <= texts_of(county, f"{TEXTS}_prepared"), (
        "the second build added to the first"
    )
    carry_out(county, now=NOW, by="t")
    assert found(county, THEIRS) == []
    delivered = read(county, Layout(county.lake_url).standard("market_enterprise"))
    assert SHARED in {row["address"] for row in delivered}, "a firm says it too"


def test_texts_built_after_an_erasure_are_those_built_afresh(county: Settings, tmp_path: Path) -> None:
    carry_out(county, now=NOW, by="t")
    hold(county, "police_person", erased.OTHERS | {"address": "文化东路9号"}, day=15)
    forget_engines()
    other = Settings(home=shutil.copytree(county.home, tmp_path / "other"))
    for name in ORDER:
        build(county, name, now=datetime(2026, 11, 25, tzinfo=UTC))
        build(other, name, now=datetime(2026, 11, 25, tzinfo=UTC), afresh=True)
    for part in (TEXTS, "spatial_address_link", f"{TEXTS}_prepared", f"{TEXTS}_register"):
        uris = [Layout(one.lake_url).base(part) for one in (county, other)]
        built, anew = (sorted(read(one, uri), key=repr) for one, uri in zip((county, other), uris, strict=True))
        assert built == anew, part
    assert {SHARED, "文化东路9号"} <= texts_of(county, TEXTS)
    assert found(county, THEIRS) == []
