"""REST services: paging, login, patience with faults of the moment, and an end to pages that repeat."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from catalog.errors import HubError, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.sources import rest
from tests.factories.deliveries import a_contract, an_item

PEOPLE = [{"socialNo": f"S{number}", "payBase": 1.50, "name": "张"} for number in range(7)]
CONTRACT = a_contract(
    locator="/api/insured",
    items=(an_item("insurance_no", "socialNo", key=True, required=True), an_item("pay_base", "payBase")),
    options={"page_size": 3, "rows_path": "rows", "total_path": "total"},
)
Answer = tuple[int, Any]


class Office:
    """A service that answers pages of PEOPLE; `fault` may answer in its place."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fault: Callable[[int, int], Answer | None] = lambda _call, _page: None
        self.token = "t1"

    def answer(self, path: str, authorization: str) -> Answer:
        asked = parse_qs(urlsplit(path).query)
        page, size = int(asked["page"][0]), int(asked["size"][0])
        self.calls.append(path)
        if (wrong := self.fault(len(self.calls), page)) is not None:
            return wrong
        if authorization != f"Bearer {self.token}":
            return 401, {}
        rows = PEOPLE[(page - 1) * size : page * size]
        return 200, {"total": len(PEOPLE), "page": page, "rows": rows}


@pytest.fixture
def office() -> Iterator[tuple[Office, str]]:
    office = Office()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(*office.answer(self.path, self.headers.get("Authorization", "")))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            right = self.headers.get("Authorization") == httpx.BasicAuth("hub", "secret")._auth_header
            self._reply(*((200, {"access_token": office.token}) if right else (401, {})))

        def _reply(self, status: int, document: Any) -> None:
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield office, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "FIRST_PAUSE", 0.0)


def take(settings: Settings, place: str, secret: str = "secret") -> sources.Delivery:
    spec = SystemSpec(
        "hrss_api", "hrss", "rest", place, {"token_path": "/oauth/token"}, {"client_id": "hub", "client_secret": secret}
    )
    return sources.read(settings, spec, CONTRACT, since=None, keep=settings.home / "keep")


def test_all_pages_come_in_order_and_are_kept(settings: Settings, office: tuple[Office, str]) -> None:
    delivery = take(settings, office[1])
    rows = delivery.reader.read_all()
    assert rows.column("socialNo").to_pylist() == [person["socialNo"] for person in PEOPLE]
    assert set(rows.column("payBase").to_pylist()) == {"1.5"}
    assert delivery.new_columns == ("name",)
    (kept,) = delivery.files
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 7
    assert len(office[0].calls) == 3


def test_faults_of_the_moment_are_tried_again(settings: Settings, office: tuple[Office, str]) -> None:
    office[0].fault = lambda call, _page: {2: (503, {}), 3: (429, {})}.get(call)
    assert take(settings, office[1]).reader.read_all().num_rows == 7


def test_a_token_that_ran_out_is_renewed(settings: Settings, office: tuple[Office, str]) -> None:
    def fault(call: int, _page: int) -> Answer | None:
        if call == 2:
            office[0].token = "t2"
        return None

    office[0].fault = fault
    assert take(settings, office[1]).reader.read_all().num_rows == 7


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ((500, {}), SourceUnreachable, "source_unreachable"),
        ((403, {}), SourceRefused, "source_refused"),
        ((404, {}), SourceUnreadable, "rest_status"),
        ((200, b"<html>"), SourceUnreadable, "rest_not_json"),
        ((200, {"data": []}), SourceUnreadable, "json_path_wrong"),
        ((200, {"total": 7, "rows": []}), SourceError, "rest_rows_differ"),
        ((200, {"total": 9, "rows": PEOPLE[:3]}), SourceUnreadable, "rest_page_repeats"),
    ],
)
def test_every_lasting_fault_is_one_sentence(
    settings: Settings, office: tuple[Office, str], answer: Answer, kind: type[HubError], code: str
) -> None:
    office[0].fault = lambda _call, _page: answer
    with pytest.raises(kind) as refused:
        take(settings, office[1])
    assert refused.value.code == code
    assert "S0" not in str(refused.value)


def test_a_wrong_secret_is_refused_and_a_closed_door_unreachable(
    settings: Settings, office: tuple[Office, str]
) -> None:
    with pytest.raises(SourceRefused) as refused:
        take(settings, office[1], secret="wrong")
    assert "wrong" not in str(refused.value)
    with pytest.raises(SourceUnreachable):
        take(settings, "http://127.0.0.1:9")


def test_no_page_is_kept_of_a_delivery_before(settings: Settings, office: tuple[Office, str]) -> None:
    keep: Path = settings.home / "keep"
    keep.mkdir(parents=True)
    (keep / "old.ndjson").write_text("{}\n")
    assert [path.name for path in take(settings, office[1]).files] == ["records.ndjson"]


def test_a_contract_cannot_send_the_departments_token_to_another_server(
    settings: Settings, office: tuple[Office, str]
) -> None:
    locator = "http://127.0.0.1:9/api/insured"
    spec = SystemSpec("hrss_api", "hrss", "rest", office[1], {}, {"client_id": "hub", "client_secret": "secret"})
    with pytest.raises(SourceUnreadable) as refused:
        sources.read(settings, spec, replace(CONTRACT, locator=locator), since=None, keep=settings.home / "keep")
    assert refused.value.code == "rest_other_host"
    assert office[0].calls == []


@pytest.mark.parametrize("given", ["many", float("nan"), -3, 10**9], ids=str)
def test_a_number_that_may_not_be_is_refused_before_anything_is_asked(
    settings: Settings, office: tuple[Office, str], tmp_path: Path, given: object
) -> None:
    service, address = office
    spec = SystemSpec("hrss_api", "hrss", "rest", address, {}, {})
    contract = replace(CONTRACT, options=CONTRACT.options | {"page_size": given})
    with pytest.raises(HubError) as wrong:
        rest.read(settings, spec, contract, since=None, keep=tmp_path / "kept")
    assert (wrong.value.code, service.calls) == ("option_number_invalid", [])
