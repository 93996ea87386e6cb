"""Of a base no build has made yet every command says just that, and which command builds it; that one asks Airflow."""

import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select

from authorization.models import FindMiss
from catalog.database import open_reader
from catalog.settings import Settings
from dags.steps.bases import build_group
from tests.factories.standard_tables import hold, moment
from tests.unit.cli.conftest import Shuniu

UNBUILT = {
    "zh": ("还没有构建过", "shuniu base build"),
    "en": ("has not been built yet", "shuniu base build"),
}
asked: list[tuple[str, object]] = []


class Answering(BaseHTTPRequestHandler):
    """Takes any login and starts any run."""

    def do_POST(self) -> None:
        asked.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
        answer = json.dumps({"access_token": "t", "dag_run_id": "manual-1", "state": "queued"}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An Airflow that answers at the address the settings name."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SHUNIU_AIRFLOW_URL", f"http://127.0.0.1:{server.server_port}")
    asked.clear()
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("words", [("explain", "P0"), ("as-of", "P0"), ("explain", "L0"), ("find", "population")])
def test_a_base_that_is_not_built_is_no_wrong_id_and_no_empty_answer(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], language: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("110105198001010014\n"))
    said = shuniu("base", *words, home=city.home, language=language)
    assert (said.code, said.out) == (1, "")
    assert [text for text in UNBUILT[language] if text not in said.err] == []
    with open_reader(city) as session:
        assert {kept.misses for kept in session.scalars(select(FindMiss))} <= {0}, "nobody guessed"


def test_once_built_an_unknown_id_is_unknown_and_a_number_nobody_has_finds_nobody(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(city, "police_person", {"person_no": "1", "name": "王小明", "updated_at": moment(2025)})
    build_group(city, "population", clock=lambda: datetime(2026, 11, 3, 1, tzinfo=UTC))
    for words in (("explain", "P0"), ("as-of", "P0")):
        assert "基础库中没有 P0" in shuniu("base", *words, home=city.home).err
    monkeypatch.setattr("sys.stdin", io.StringIO("110105198001010014\n"))
    found = shuniu("base", "find", "population", home=city.home)
    assert (found.code, "没有查到" in found.out) == (0, True)


def test_the_bases_are_built_now_by_the_pipeline_of_the_night(shuniu: Shuniu, city: Settings, airflow: None) -> None:
    said = shuniu("base", "build", home=city.home)
    assert (said.code, "已启动 build_bases，运行号 manual-1" in said.out) == (0, True)
    assert asked[-1] == ("/api/v2/dags/build_bases/dagRuns", {"logical_date": None})
    told = json.loads(shuniu("base", "build", "--json", home=city.home, language="en").out)
    assert told == {"dag": "build_bases", "run": "manual-1", "state": "queued"}


def test_an_airflow_that_does_not_run_is_said_by_build_too(
    shuniu: Shuniu, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_AIRFLOW_URL", "http://127.0.0.1:9")
    said = shuniu("base", "build", home=city.home, language="en")
    assert (said.code, "make up" in said.err) == (1, True)
