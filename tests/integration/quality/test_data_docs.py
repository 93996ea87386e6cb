"""Great Expectations' pages from the stored verdicts: every rule with its counts, and nothing asked of another host."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.actions import agencies, datasets
from catalog.contracts import Contract
from catalog.database import open_session
from catalog.settings import Settings
from dags.steps.watch import write_data_docs
from quality.checkpoint.data_docs import kept_in_house
from quality.run import judge
from tests.integration.quality.conftest import StageRows

WRONG = "370683199003074511"


def page_of(folder: Path) -> str:
    """The only dataset's page."""
    (page,) = folder.glob("validations/police_person/**/*.html")
    return page.read_text(encoding="utf-8")


@pytest.fixture
def judged(registry: Settings, contract: Contract, stage: StageRows, now: datetime) -> Settings:
    """A registry with one dataset and its first verdict."""
    with open_session(registry) as session:
        agencies.register(session, code="police", name_zh="公安局", name_en="Police", by="t", now=now)
        datasets.register_contract(session, contract=contract, hub_id="370683", by="t", now=now)
    rows: list[dict[str, Any]] = [{"person_no": f"n{n}", "resident_id": WRONG} for n in range(3)]
    judge(registry, contract, stage(rows), now=now)
    return registry


def test_the_pages_tell_every_rule_and_ask_nobody_else(judged: Settings) -> None:
    folder = Path(write_data_docs(judged))
    page = page_of(folder)
    assert folder == judged.home / "data_docs"
    assert "resident_id.check_digit" in page
    assert "GB/T 36344 0301, A 0 / B 3" in page
    assert WRONG not in page
    for path in folder.rglob("*.html"):
        assert not re.search(r"<script|https?:|(?:src|href)=.?//", path.read_text(encoding="utf-8")), path
    (link,) = re.findall(r'href="([^"]+)"', (folder / "index.html").read_text(encoding="utf-8"))
    assert (folder / link).is_file()


def test_the_next_build_replaces_the_pages_as_a_whole(
    judged: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    folder = Path(write_data_docs(judged))
    (folder / "left_over.html").write_text("old", encoding="utf-8")
    judge(judged, contract, stage([{"person_no": "n1", "resident_id": WRONG}], serial=2), now=now.replace(hour=9))
    write_data_docs(judged)
    assert "A 0 / B 1" in page_of(folder)
    assert not (folder / "left_over.html").exists()
    assert [path.name for path in judged.home.glob("data_docs*")] == ["data_docs"]


@pytest.mark.parametrize(
    "part",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<img src="https://example.com/p.png?id=1">',
        "<style>body{background:url(https://example.com/a.png)}</style>",
        '<picture><source srcset="https://example.com/a.png"></picture>',
        "<footer><a href='https://example.com'>news</a></footer>",
    ],
)
def test_whatever_would_leave_the_hub_is_taken_out(part: str) -> None:
    kept = kept_in_house(f"<html><head></head><body>{part}<p>A 1 / B 2</p></body></html>")
    assert "example" not in kept
    assert "<p>A 1 / B 2</p>" in kept
