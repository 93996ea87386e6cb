"""`shuniu topic`, and `shuniu lake read --on`: what an engineer of the bureau sees and does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from authorization.actions import grants
from catalog.actions import datasets
from catalog.database import forget_engines, migrate, open_session
from catalog.models import Dataset, Event
from catalog.settings import Settings
from demo.agencies import register_all
from lake.bases import base, build
from lake.layout import Layout
from tests.factories.standard_tables import day, hold
from tests.factories.topics import ITEMS, SQL, contract, write
from tests.unit.cli.conftest import Shuniu

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
NAME = "topic_facilities"


PEOPLE = "SELECT person.person_id, person.name, person.resident_id FROM population AS person"
IDS = ("370683199003074514", "11010519491231002X", "440524188001010014")


def as_in_population() -> str:
    """The contract of PEOPLE, its items graded as they are in the base."""
    of = {item.name: item for item in base("population").items}
    chosen = [of[name] for name in ("person_id", "name", "resident_id")]
    items = [(item.name, item.element, item.kind, item.grade) for item in chosen]
    document = yaml.safe_load(contract("topic_people", *items, key="person_id"))
    for item, told in zip(chosen, document["schema"][0]["properties"], strict=True):
        next(one for one in told["customProperties"] if one["property"] == "personal")["value"] = item.personal
    for one in document["customProperties"]:
        one["value"] = {"sharing": "conditional", "grade": "L4"}.get(one["property"], one["value"])
    return yaml.safe_dump(document, allow_unicode=True)


@pytest.fixture
def hub(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", language="en")
    migrate(settings)
    with open_session(settings) as session:
        register_all(session, by="test", now=NOW)
    forget_engines()
    return settings


def test_a_topic_is_checked_added_once_and_listed(shuniu: Shuniu, hub: Settings, tmp_path: Path) -> None:
    files = [str(path) for path in write(tmp_path / "mine")]
    checked = json.loads(shuniu("topic", "check", *files, "--json", home=hub.home).out)
    assert (checked["topic"], checked["inputs"]) == (NAME, ["public_service"])
    assert not (hub.topics_dir / f"{NAME}.sql").exists()
    assert shuniu("topic", "add", *files, home=hub.home).code == 0
    rows = {row["topic"]: row for row in json.loads(shuniu("topic", "list", "--json", home=hub.home).out)}
    assert (rows[NAME]["declared"], rows[NAME]["fault"], rows[NAME]["version"]) == (True, None, None)
    assert rows["topic_housing_support"]["declared"] is False
    with open_session(hub) as session:
        entry = session.get(Dataset, NAME)
        assert entry is not None
        assert (entry.zone, entry.sharing) == ("topic", "unconditional")
        assert {"civil", "education"} <= set(entry.providers)
        assert session.query(Event).filter(Event.tag == "dataset:registered", Event.subject == NAME).count() == 1


def test_the_list_counts_the_items_of_a_topic_and_names_them_for_programs(
    shuniu: Shuniu, hub: Settings, tmp_path: Path
) -> None:
    write(hub.topics_dir)
    line = next(one for one in shuniu("topic", "list", home=hub.home).out.splitlines() if NAME in one)
    assert line.split()[-4:] == ["3", "—", "—", "—"], "items, version, rows, fault"
    rows = {row["topic"]: row for row in json.loads(shuniu("topic", "list", "--json", home=hub.home).out)}
    assert rows[NAME]["items"] == [name for name, *_ in ITEMS]


def test_a_topic_that_is_wrong_is_neither_added_nor_silent(shuniu: Shuniu, hub: Settings, tmp_path: Path) -> None:
    files = [str(path) for path in write(tmp_path / "mine", SQL.replace("count(*)", "random()"))]
    refused = shuniu("topic", "add", *files, home=hub.home)
    assert refused.code == 2
    assert "随机数" in refused.err
    assert not hub.topics_dir.exists()
    write(hub.topics_dir, "SELECT FROM WHERE (", name=NAME)
    rows = {row["topic"]: row for row in json.loads(shuniu("topic", "list", "--json", home=hub.home).out)}
    assert rows[NAME]["fault"]


def test_a_topic_is_tried_without_adding_anything_and_the_look_is_in_the_trail(
    shuniu: Shuniu, hub: Settings, tmp_path: Path
) -> None:
    people = [{"person_no": f"p{n}", "resident_id": number, "name": "王小明"} for n, number in enumerate(IDS)]
    hold(hub, "police_person", *people)
    build(hub, "population", now=NOW)
    files = [str(path) for path in write(tmp_path / "mine", PEOPLE, as_in_population(), "topic_people")]
    tried = shuniu("topic", "try", *files, "--json", home=hub.home)
    rows = json.loads(tried.out)
    assert len(rows) == len(IDS)
    assert {row["name"] for row in rows} == {"王**"}
    assert not any(number in tried.out for number in IDS)
    assert f"共 {len(IDS)} 行" in shuniu("topic", "try", *files, home=hub.home).out
    assert not hub.topics_dir.exists()
    assert not Path(Layout(hub.lake_url).topic("topic_people")).exists()
    lines = [line for path in sorted(hub.audit_dir.glob("*/*.jsonl")) for line in path.read_text().splitlines()]
    looks = [one for one in map(json.loads, lines) if one["surface"] == "topic:try"]
    assert [(one["dataset"], one["rows"], "police" in one["providers"]) for one in looks] == [
        ("topic_people", len(IDS), True)
    ] * 2


def test_what_was_published_at_a_grade_is_not_graded_lower_in_place(
    shuniu: Shuniu, hub: Settings, tmp_path: Path
) -> None:
    higher = contract(NAME, *ITEMS[:2], ("facilities", "count", "integer", "L2"))
    assert shuniu("topic", "add", *map(str, write(tmp_path / "mine", text=higher)), home=hub.home).code == 0
    lower = [str(path) for path in write(tmp_path / "other")]
    assert shuniu("topic", "add", *lower, home=hub.home).code == 0  # nothing is published: nobody can have read it
    assert shuniu("topic", "add", *map(str, write(tmp_path / "mine", text=higher)), home=hub.home).code == 0
    with open_session(hub) as session:
        uri = Layout(hub.lake_url).topic(NAME)
        datasets.publish(session, dataset=NAME, uri=uri, delta_version=0, rows=1, verdict_id=None, by="t", now=NOW)
    refused = shuniu("topic", "add", *lower, home=hub.home)
    assert (refused.code, "facilities" in refused.err) == (1, True)
    assert "L2" in (hub.topics_dir / f"{NAME}.odcs.yaml").read_text(encoding="utf-8")


def test_a_topic_is_removed_only_when_nobody_holds_a_grant_or_reads_it(
    shuniu: Shuniu, hub: Settings, tmp_path: Path
) -> None:
    files = [str(path) for path in write(tmp_path / "mine")]
    assert shuniu("topic", "add", *files, home=hub.home).code == 0
    remove = ("topic", "remove", NAME, "--reason")
    with open_session(hub) as session:
        grants.issue(
            session, code="g1", agency="housing", dataset=NAME, items=["township_code"], purpose="p", legal_basis="l",
            valid_from=datetime.now(UTC), valid_until=datetime.now(UTC) + timedelta(days=9), by="t",
            now=datetime.now(UTC),
        )  # fmt: skip
    refused = shuniu(*remove, "no use", home=hub.home)
    assert (refused.code, "housing" in refused.err, "g1" in refused.err) == (1, True, True)
    with open_session(hub) as session:
        grants.revoke(session, code="g1", by="t", now=datetime.now(UTC))
    upper = "SELECT below.kind, below.facilities FROM topic_facilities AS below"
    write(hub.topics_dir, upper, contract("topic_a", *ITEMS[1:], key="kind"), "topic_a")
    assert "topic_a" in shuniu(*remove, "no use", home=hub.home).err
    (hub.topics_dir / "topic_a.odcs.yaml").unlink()
    assert shuniu(*remove, "370683199003074514", home=hub.home).code == 2
    assert shuniu(*remove, " ", home=hub.home).code == 2
    assert (hub.topics_dir / f"{NAME}.sql").exists()
    assert shuniu(*remove, "no use", home=hub.home).code == 0
    assert not list(hub.topics_dir.glob(f"{NAME}*"))
    assert NAME not in {row["topic"] for row in json.loads(shuniu("topic", "list", "--json", home=hub.home).out)}
    with open_session(hub) as session:
        entry = session.get(Dataset, NAME)
        assert entry is not None
        assert (entry.sharing, "no use" in entry.sharing_condition) == ("none", True)
        (told,) = session.query(Event).filter(Event.tag == "dataset:retired", Event.subject == NAME)
        assert told.details == {}, "the reason stands in the entry, where it can be struck out"
    for gone in (NAME, "topic_housing_support", "../topic_x"):
        assert shuniu("topic", "remove", gone, "--reason", "x", home=hub.home).code == 1


@pytest.mark.parametrize("dies", ["before the registry knows", "before the files go", "between the files"])
def test_a_removal_that_was_broken_off_is_finished_by_running_it_again(
    shuniu: Shuniu, hub: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    def off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def first_file_only(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".sql":
            raise KeyboardInterrupt
        path.rename(path.with_suffix(".gone"))

    files = [str(path) for path in write(tmp_path / "mine")]
    assert shuniu("topic", "add", *files, home=hub.home).code == 0
    remove = ("topic", "remove", NAME, "--reason", "no use")
    with monkeypatch.context() as broken:
        match dies:
            case "before the registry knows":
                broken.setattr(datasets, "retire", off)
            case "before the files go":
                broken.setattr(Path, "unlink", off)
            case _:
                broken.setattr(Path, "unlink", first_file_only)
        assert shuniu(*remove, home=hub.home).code != 0
    with open_session(hub) as session:
        entry = session.get(Dataset, NAME)
        assert entry is not None
        assert (entry.sharing == "none") == (dies != "before the registry knows")
    assert shuniu(*remove, home=hub.home).code == 0
    _assert_removed(hub)


def test_a_topic_whose_files_are_gone_but_that_is_still_shared_is_taken_out(
    shuniu: Shuniu, hub: Settings, tmp_path: Path
) -> None:
    files = [str(path) for path in write(tmp_path / "mine")]
    assert shuniu("topic", "add", *files, home=hub.home).code == 0
    for path in hub.topics_dir.glob(f"{NAME}*"):
        path.unlink()
    assert shuniu("topic", "remove", NAME, "--reason", "no use", home=hub.home).code == 0
    _assert_removed(hub)
    assert shuniu("topic", "remove", NAME, "--reason", "no use", home=hub.home).code == 1


def _assert_removed(hub: Settings) -> None:
    assert not list(hub.topics_dir.glob(f"{NAME}*.sql")) + list(hub.topics_dir.glob(f"{NAME}*.yaml"))
    with open_session(hub) as session:
        entry = session.get(Dataset, NAME)
        assert entry is not None
        assert entry.sharing == "none"
        assert entry.update_cycle == "irregular"  # the catalogue promises no delivery of what is made no more
        (told,) = session.query(Event).filter(Event.tag == "dataset:retired", Event.subject == NAME)
        assert told.details == {}, "the reason stands in the entry, where it can be struck out"


@pytest.mark.parametrize(("what", "says"), [("agency", "agency"), ("code list", "代码表"), ("rule", "row.odd")])
def test_a_check_looks_at_agency_code_lists_and_rules(
    shuniu: Shuniu, hub: Settings, tmp_path: Path, what: str, says: str
) -> None:
    document = yaml.safe_load(contract(NAME, *ITEMS))
    table, own = document["schema"][0], document["customProperties"]
    if what == "agency":
        next(one for one in own if one["property"] == "agency")["value"] = "police"
    elif what == "code list":
        table["properties"][1]["customProperties"].append({"property": "codeList", "value": "sex"})
    else:
        rule = {"type": "sql", "id": "odd", "query": "nobody > facilities", "severity": "error"}
        table["quality"] = [rule | {"dimension": "consistency", "description": "甲 / a"}]
    text = yaml.safe_dump(document, allow_unicode=True)
    refused = shuniu("topic", "check", *map(str, write(tmp_path / "mine", SQL, text)), home=hub.home)
    assert refused.code != 0
    assert says in refused.err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("requird", f"契约的 schema.{NAME}.properties.township_code 中没有键 requird，是否为 required"),
        ("shareing", "契约的 customProperties 中没有键 shareing，是否为 sharing"),
        ("elment", f"契约的 schema.{NAME}.properties.township_code.customProperties 中没有键 elment，是否为 element"),
        ("qury", f"契约的 schema.{NAME}.quality.odd 中没有键 qury，是否为 query"),
        ("graded_dwn", "契约的 options 中没有键 graded_dwn，是否为 graded_down"),
        ("zzz", f"契约的 schema.{NAME} 中没有键 zzz。"),
    ],
)
def test_a_key_of_a_contract_that_nothing_reads_is_refused_with_the_one_meant(
    shuniu: Shuniu, hub: Settings, tmp_path: Path, wrong: str, says: str
) -> None:
    document = yaml.safe_load(contract(NAME, *ITEMS))
    table, own = document["schema"][0], document["customProperties"]
    item = next(one for one in table["properties"] if one["name"] == "township_code")
    match wrong:
        case "requird":
            item[wrong] = True
        case "shareing":
            own.append({"property": wrong, "value": "none"})
        case "elment":
            item["customProperties"].append({"property": wrong, "value": "township_code"})
        case "qury":
            rule = {"type": "sql", "id": "odd", "query": "facilities < 0", "severity": "error", wrong: "x"}
            table["quality"] = [rule | {"dimension": "consistency", "description": "甲 / a"}]
        case "graded_dwn":
            own[:] = [one for one in own if one["property"] != "options"]
            own.append({"property": "options", "value": {wrong: ["facilities"]}})
        case _:
            table[wrong] = 1
    files = write(tmp_path / "mine", SQL, yaml.safe_dump(document, allow_unicode=True))
    for command in ("check", "add"):
        refused = shuniu("topic", command, *map(str, files), home=hub.home)
        assert (refused.code, says in refused.err) == (2, True), refused.err
    assert not hub.topics_dir.exists() or not list(hub.topics_dir.glob(f"{NAME}*"))


def test_one_reads_what_held_on_a_day(shuniu: Shuniu, hub: Settings) -> None:
    figure = {"indicator_code": "LZ001", "period": "202503", "unit": "亿元"}
    first = figure | {"value": 70.0, "published_on": day(2025, 4, 18)}
    hold(hub, "stats_indicator", first, figure | {"value": 71.5, "published_on": day(2025, 7, 18)})
    for name in ("economy_claim", "economy"):
        build(hub, name, now=NOW)

    def known(on: str) -> list[float]:
        asked = ("lake", "read", "base", "economy", "--valid", on, "--columns", "value", "--json")
        return [row["value"] for row in json.loads(shuniu(*asked, home=hub.home).out)]

    assert (known("2025-05-01"), known("2025-07-18")) == ([70.0], [71.5])
    assert shuniu("lake", "read", "base", "economy", "--on", "May", home=hub.home).code == 2
    assert shuniu("lake", "read", "base", "economy_claim", "--on", "2025-05-01", home=hub.home).code == 0


def test_a_base_without_days_of_validity_says_so(shuniu: Shuniu, hub: Settings) -> None:
    hold(hub, "land_grid", {"grid_code": "370683001001001"})
    build(hub, "spatial_grid", now=NOW)
    refused = shuniu("lake", "read", "base", "spatial_grid", "--on", "2025-05-01", home=hub.home)
    assert refused.code == 2
    assert "--known" in refused.err
