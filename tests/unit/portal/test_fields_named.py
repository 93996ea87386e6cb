"""What the pages call the fields of the bases, and whose data they say is in them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.database import forget_engines, migrate, open_reader, open_session
from catalog.settings import Settings
from demo.agencies import register_all
from exchange_api.views import bases as views
from exchange_api.views import dataset as dataset_views
from lake.bases import BASES, catalogue

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A registry that holds every base of the hub and nothing else."""
    settings = Settings(home=Path(tmp_path_factory.mktemp("county")) / "home")
    migrate(settings)
    with open_session(settings) as session:
        register_all(session, by="test", now=NOW)
        catalogue.register(session, bases=BASES, hub_id=settings.hub_id, by="test", now=NOW)
    forget_engines()
    return settings


def test_every_field_with_a_source_department_has_a_name_in_both_languages(county: Settings) -> None:
    with open_reader(county) as session:
        found = views.bases(session)
    titles = {(base.code, one.field): one.title for base in found for one in base.designations}
    assert len(titles) > 30
    assert [named for named, (zh, en) in titles.items() if not CHINESE.search(zh) or en == named[1]] == []
    assert titles["economy", "LZ005"] == ("指标 LZ005", "Indicator LZ005")
    assert titles["population", "birth_date"][0] == "出生日期"


def test_a_base_is_given_sources_for_its_own_columns_only(county: Settings) -> None:
    with open_reader(county) as session:
        found = {base.code: {one.field for one in base.designations} for base in views.bases(session)}
    assert found["credit_penalty"] == {"penalty_no"}


def test_every_item_of_a_base_names_its_data_element_in_words(county: Settings) -> None:
    with open_reader(county) as session:
        items = [item for base in BASES for item in dataset_views.items(session, base.name)]
    assert items
    assert [item.name for item in items if not CHINESE.search(item.element_title[0])] == []
