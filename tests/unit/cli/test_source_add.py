"""`shuniu source add`: options of any shape, from words or from a file; the secret only from its own file."""

import json
import sqlite3
from pathlib import Path

import pytest

from catalog.actions import systems
from catalog.database import open_session
from catalog.settings import Settings
from tests.unit.cli.conftest import Shuniu

PLACE = ("--agency", "police", "--kind", "files", "--location", "/srv/police")


def options_of(city: Settings, code: str) -> dict[str, object]:
    with open_session(city) as session:
        return systems.opened(session, settings=city, code=code).options


def test_a_feedback_target_and_a_map_of_files_can_be_given(shuniu: Shuniu, city: Settings) -> None:
    told = shuniu(
        *("source", "add", "police_a", *PLACE),
        *("--option", "feedback.way=folder", "--option", "feedback.location=/srv/back"),
        *("--kind", "ndjson", "--option", 'files={"water/+/level": "w*.ndjson"}'),
        home=city.home,
    )
    assert told.code == 0
    assert options_of(city, "police_a") == {
        "feedback": {"way": "folder", "location": "/srv/back"},
        "files": {"water/+/level": "w*.ndjson"},
    }


def test_a_file_says_the_same_and_words_go_before_it(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    file = tmp_path / "police.yaml"
    file.write_text(
        "agency: police\nkind: mqtt\nlocation: mqtt://old\noptions:\n"
        "  feedback: {way: folder, location: /b}\n  idle_seconds: 1\n",
        encoding="utf-8",
    )
    told = shuniu(
        *("source", "add", "police_b", "--from", str(file), "--location", "mqtt://new"),
        *("--option", "idle_seconds=2.5"),
        home=city.home,
    )
    assert told.code == 0
    shown = json.loads(shuniu("source", "show", "police_b", "--json", home=city.home).out)
    assert (shown["kind"], shown["location"]) == ("mqtt", "mqtt://new")
    assert options_of(city, "police_b") == {"feedback": {"way": "folder", "location": "/b"}, "idle_seconds": 2.5}


def test_a_mistyped_option_is_refused_with_the_one_that_was_meant(shuniu: Shuniu, city: Settings) -> None:
    place = ("--agency", "police", "--kind", "rest", "--location", "https://police.example")
    for option, words in (
        ("pagesize=10", "pagesize（是否为 page_size？）"),
        ("idle_seconds=2", "没有选项 idle_seconds"),  # of another kind: read as little as a mistyped one
    ):
        told = shuniu("source", "add", "police_c", *place, "--option", option, home=city.home)
        assert told.code == 2
        assert words in told.err
        assert "requests_per_minute" in told.err
    assert shuniu("source", "show", "police_c", home=city.home).code == 1
    assert shuniu("source", "add", "police_c", *place, "--option", "page_size=10", home=city.home).code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("password: CANARY\n", "系统说明"),
        ("- CANARY\n", "系统说明"),
        ("a: [CANARY\n", "系统说明"),
        ("agency: police\nkind: files\n", "缺少 location"),
        ("agency: police\nkind: files\nlocation: /x\noptions: {password: CANARY}\n", "像是口令"),
    ],
    ids=["secret", "list", "no YAML", "incomplete", "secret in options"],
)
def test_a_file_that_does_not_describe_a_system_is_refused(
    shuniu: Shuniu, city: Settings, tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(content, encoding="utf-8")
    told = shuniu("source", "add", "police_c", "--from", str(file), home=city.home)
    assert told.code == 2
    assert words in told.err
    assert "CANARY" not in told.err


def test_a_profile_file_of_an_upper_level_platform_is_a_secret_file(
    shuniu: Shuniu, city: Settings, tmp_path: Path
) -> None:
    share = tmp_path / "province.share"
    share.write_text('{"shareCredentialsVersion": 1, "endpoint": "https://p/x", "bearerToken": "CANARY"}')
    place = ("--agency", "police", "--kind", "upstream", "--location", "https://p/x", "--secret-file", str(share))
    told = shuniu("source", "add", "province_share", *place, home=city.home)
    assert (told.code, told.err) == (0, "")
    with open_session(city) as session:
        secret = systems.opened(session, settings=city, code="province_share").secret
    assert secret == {"shareCredentialsVersion": "1", "endpoint": "https://p/x", "bearerToken": "CANARY"}
    share.write_text("CANARY")
    refused = shuniu("source", "add", "province_share", *place, home=city.home)
    assert refused.code == 2
    assert "CANARY" not in refused.err


def test_a_change_says_so_and_keeps_the_secret_unless_another_or_an_empty_one_is_given(
    shuniu: Shuniu, city: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "secret.json"
    file.write_text('{"user": "hub", "password": "CANARY"}')
    call = ("source", "add", "police_d", "--agency", "police", "--kind", "sftp", "--location", "sftp://h/x")
    assert shuniu(*call, "--secret-file", str(file), home=city.home).out.strip() == "已登记系统 police_d。"
    changed = shuniu(*call, "--option", "host_key=SHA256:x", home=city.home)
    assert changed.out.strip() == "已修改系统 police_d，原口令保留。"
    with open_session(city) as session:
        assert systems.opened(session, settings=city, code="police_d").secret == {"user": "hub", "password": "CANARY"}
    file.write_text("{}")
    assert shuniu(*call, "--secret-file", str(file), home=city.home).out.strip() == "已修改系统 police_d。"
    with open_session(city) as session:
        assert systems.opened(session, settings=city, code="police_d").secret == {}


@pytest.mark.parametrize("kind", ["files", "ndjson", "sqlite"])
def test_a_system_without_a_contract_is_opened_all_the_same(
    shuniu: Shuniu, city: Settings, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "department"
    call = ("source", "add", "police_e", "--agency", "police", "--kind", kind, "--location", str(place))
    assert shuniu(*call, home=city.home).code == 0
    away = shuniu("source", "test", "police_e", home=city.home)
    assert (away.code, "能连接" in away.out) == (1, False)
    if kind == "sqlite":
        sqlite3.connect(place).execute("CREATE TABLE vehicle (plate text)").connection.close()
    else:
        place.mkdir()
    there = shuniu("source", "test", "police_e", "--json", home=city.home)
    (row,) = json.loads(there.out)
    assert (there.code, row["ok"]) == (0, True)
    assert row["message"].startswith("能连接，尚无契约；下一步：shuniu source draft police_e")


def test_a_service_that_is_away_is_not_said_to_be_there(shuniu: Shuniu, city: Settings) -> None:
    call = ("--agency", "police", "--kind", "postgresql", "--location", "postgresql://127.0.0.1:9/x")
    assert shuniu("source", "add", "police_f", *call, home=city.home).code == 0
    away = shuniu("source", "test", "police_f", home=city.home)
    assert (away.code, away.out) == (1, "")
    assert "没有应答" in away.err


@pytest.mark.parametrize(
    "call",
    [
        ("source", "add", "police_z", *PLACE, "--from"),
        ("source", "add", "police_z", *PLACE, "--secret-file"),
        (*("grant", "add", "g", "--agency", "a", "--dataset", "d", "--item", "i", "--purpose", "p"),
         *("--basis", "b", "--until", "2026-12-31", "--filter-file")),
    ],
    ids=["from", "secret", "filter"],
)  # fmt: skip
def test_a_folder_in_place_of_a_file_is_refused_by_the_options_name(
    shuniu: Shuniu, city: Settings, tmp_path: Path, call: tuple[str, ...]
) -> None:
    told = shuniu(*call, str(tmp_path), home=city.home)
    assert (told.code, told.out) == (2, "")
    assert f"参数 {call[-1]} 的值不正确" in told.err
