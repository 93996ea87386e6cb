"""How to make a topic database, word by word in both languages: files written, commands run, the night built."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import queries
from catalog.database import forget_engines, migrate, open_reader, open_session
from catalog.models import RuleResult
from catalog.settings import Settings
from dags.steps import bases, publication
from demo.agencies import register_all
from lake.bases import build
from lake.layout import Layout
from tests.factories.standard_tables import hold, read

ROOT = Path(__file__).resolve().parents[2]
NAME = "topic_township_service"
PAGES = {"en": "docs/how-to/make-a-topic-database.md", "zh": "docs/zh/make-a-topic-database.md"}
SAID = {
    "en": ("Rows: 1, shown: 1", f"Topic {NAME} is registered", "taken out"),
    "zh": ("共 1 行，显示前 1 行", f"主题库 {NAME} 已登记", "已移除"),
}


def block(page: str, kind: str) -> str:
    """The first block of a kind on a page."""
    found = re.findall(rf"^```{kind}\n(.*?)^```", (ROOT / PAGES[page]).read_text(encoding="utf-8"), flags=re.M | re.S)
    return str(found[0])


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Settings:
    """A hub with a township, its addresses and two homes for the elderly."""
    settings = Settings(home=tmp_path / "home")
    migrate(settings)
    with open_session(settings) as session:
        register_all(session, by="test", now=now())
    text = "山东省莱州市文昌路街道金苑社区文化东路2号"
    register = {"address_code": "37068300140100000003", "full_address": text, "road": "文化东路", "door_no": "2"}
    hold(settings, "police_address", register | {"building_id": "B2", "community_code": "370683001401"})
    home = {"facility_kind": "05", "facility_name": "敬老院", "address": text}
    hold(settings, "civil_facility", home | {"facility_no": "1"}, home | {"facility_no": "2"})
    for name in ("spatial_address", "spatial_address_text", "public_service"):
        build(settings, name, now=now())
    forget_engines()
    return settings


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_makes_a_topic_that_is_built_judged_and_published(
    hub: Settings, tmp_path: Path, language: str
) -> None:
    (tmp_path / f"{NAME}.sql").write_text(block(language, "sql"), encoding="utf-8")
    (tmp_path / f"{NAME}.odcs.yaml").write_text(block(language, "yaml"), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}
    environ = {**kept, **hub.as_environ(), "PYTHONPATH": str(ROOT), "COLUMNS": "200", "SHUNIU_LANGUAGE": language}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"

    def run(script: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{script}"],
            cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    tried, registered, removed = SAID[language]
    told_by_commands = run(block(language, "bash"))
    assert tried in told_by_commands
    assert registered in told_by_commands

    assert bases.build_group(hub, "topic", clock=now)[NAME] == 1
    told = publication.publish(hub, clock=now, only={NAME})
    assert (told.failed, told.kept_back) == ({}, {})
    with open_reader(hub) as session:
        version = queries.published_all(session)[NAME]
        assert version.rows == 1
        assert queries.dataset(session, NAME).sharing == "unconditional"
        results = session.query(RuleResult).filter(RuleResult.verdict_id == version.verdict_id).all()
        rules = {result.rule_id for result in results}
    assert any(rule.endswith("more_addressed_than_there_are") for rule in rules)
    (row,) = read(hub, Layout(hub.lake_url).topic(NAME))
    assert (row["township_code"], row["facilities"], row["addressed"]) == ("370683001", 2, 2)

    assert removed in run(f"shuniu topic remove {NAME} --reason 'no use'")
    assert NAME not in bases.build_group(hub, "topic", clock=now)
    after = publication.publish(hub, clock=now, only={NAME})
    assert (after.failed, after.kept_back) == ({}, {}), "a night after it publishes nothing of it and fails of nothing"
    assert Path(Layout(hub.lake_url).topic(NAME)).exists(), "its files stay until the lake is vacuumed"
