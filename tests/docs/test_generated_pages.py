"""The reference pages are what the code says today: a new setting, route, permission, event, DAG, command or error
code without its line fails here."""

import json

import pytest

from authorization.permissions import Permission
from authorization.roles import ROLES
from catalog import errors
from catalog.actions.events import EventTag
from catalog.settings import Settings
from tests.generate_docs import FOLDER
from tests.reference import PAGES
from tests.reference.dags import described
from tests.reference.errors import raised
from tests.reference.events import unwritten


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name: str) -> None:
    path = FOLDER / name
    assert path.exists(), f"run `make docs`: docs/reference/{name} is missing"
    assert path.read_text(encoding="utf-8") == PAGES[name](), f"run `make docs`: docs/reference/{name} is out of date"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("settings.md", {f"SHUNIU_{name.upper()}" for name in Settings.model_fields}),
        ("permissions.md", {*(permission.value for permission in Permission), *ROLES}),
        ("events.md", {tag.value for tag in EventTag}),
    ],
)
def test_a_page_names_everything_there_is(name: str, words: set[str]) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert {word for word in words if f"`{word}`" not in text} == set()


def test_every_event_tag_is_left_by_some_write() -> None:
    assert unwritten() == [], "a tag nobody leaves: write it or remove it from EventTag"


def test_a_code_means_one_thing_to_a_program() -> None:
    statuses: dict[str, set[int]] = {}
    for error in raised():
        kind = getattr(errors, error.kind, None)
        if kind is not None:
            statuses.setdefault(error.code, set()).add(kind.http_status)
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


def test_every_error_has_its_sentence_in_both_languages_and_says_it_as_a_sentence() -> None:
    wrong = [
        f"{error.path}: {error.code}"
        for error in raised()
        if not any("\u4e00" <= sign <= "\u9fff" for sign in error.zh) or not error.en.isascii() or error.zh == error.en
    ]
    assert wrong == []


def test_the_api_is_described_with_a_summary_for_every_operation() -> None:
    described = json.loads((FOLDER / "openapi.json").read_text(encoding="utf-8"))
    silent = [
        f"{method} {path}"
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if not operation.get("description")
    ]
    assert silent == [], "give the handler a docstring"


def test_every_file_of_the_dag_folder_is_described() -> None:
    files = {path.name for path in (FOLDER.parents[1] / "dags").glob("*.py")} - {"__init__.py"}
    assert {dag.path for dag in described()} == files


def test_only_a_dag_without_clock_and_asset_runs_on_request_alone() -> None:
    when = {dag.dag_id: dag.schedule for dag in described()}
    assert "on request" in when["department_{agency}"], "a department without schedule has to be asked"
    assert "cron" in when["department_{agency}"]
    assert "files arrive" in when["department_{agency}"]
    assert {when["watch_clocks"], when["maintain"]} == {"cron `0 8 * * *`", "cron `0 4 * * 0`"}
