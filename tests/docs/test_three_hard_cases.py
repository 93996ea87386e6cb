"""Three hard cases, built anew: who is who, who won and why, and the page that tells it."""

from pathlib import Path

import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from tests.factories import hard_cases


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = hard_cases.built(Path(tmp_path_factory.mktemp("cases")) / "home")
    forget_engines()
    return settings


def test_every_row_finds_the_one_it_is_about(town: Settings) -> None:
    twins, number, firm = (hard_cases.entities(town, case) for case in hard_cases.CASES)
    assert twins["police_person", "t1"] == twins["education_pupil", "s1"]
    assert twins["police_person", "t2"] == twins["education_pupil", "s2"]
    assert len(set(twins.values())) == 2
    assert number["police_person", "u1"] == number["hrss_insurance", "w1"]
    assert number["police_person", "u2"] == number["hrss_insurance", "w2"]
    assert len(set(number.values())) == 2
    assert len(set(firm.values())) == 1
    assert len(firm) == 4


def test_the_page_tells_what_the_data_tell(town: Settings) -> None:
    told = hard_cases.page(town)
    assert told == hard_cases.PAGE.read_text(encoding="utf-8"), "python -m tests.factories.hard_cases writes it anew"
    assert "莱州永丰果品贸易有限公司 | market" in told
