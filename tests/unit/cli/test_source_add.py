"""`shuniu source add`: options of any shape, from words or from a file; the secret only from its own file."""

import json
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
        *("--option", 'files={"water/+/level": "w*.ndjson"}', "--option", "idle_seconds=2.5"),
        home=city.home,
    )
    assert told.code == 0
    assert options_of(city, "police_a") == {
        "feedback": {"way": "folder", "location": "/srv/back"},
        "files": {"water/+/level": "w*.ndjson"},
        "idle_seconds": 2.5,
    }


def test_a_file_says_the_same_and_words_go_before_it(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    file = tmp_path / "police.yaml"
    file.write_text(
        "agency: police\nkind: files\nlocation: /srv/old\noptions:\n  feedback: {way: folder, location: /b}\n  a: 1\n",
        encoding="utf-8",
    )
    told = shuniu(
        "source", "add", "police_b", "--from", str(file), "--location", "/srv/new", "--option", "a=2", home=city.home
    )
    assert told.code == 0
    shown = json.loads(shuniu("source", "show", "police_b", "--json", home=city.home).out)
    assert (shown["kind"], shown["location"]) == ("files", "/srv/new")
    assert options_of(city, "police_b") == {"feedback": {"way": "folder", "location": "/b"}, "a": 2}


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
