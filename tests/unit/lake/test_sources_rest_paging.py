"""REST services of every way of paging and of proving who asks; none of them can keep the hub for ever."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from catalog.errors import ConfigurationError, HubError, SourceError, SourceRefused, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.sources import rest
from tests.factories.deliveries import a_contract, an_item

PEOPLE = [{"no": f"S{number}"} for number in range(7)]
Reply = tuple[int, Any, dict[str, str]]
Answer = Callable[[str, dict[str, str], Mapping[str, str]], Reply]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Start a service that answers (path, query, headers); gives its address."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                status, document, headers = answer(urlsplit(self.path).path, query, self.headers)  # type: ignore[arg-type]
                body = json.dumps(document).encode()
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def numbers(settings: Settings, place: str, system: dict[str, Any] | None = None, **options: Any) -> list[str]:
    contract = a_contract(
        locator="/people", items=(an_item("no", key=True, required=True),), options={"page_size": 3} | options
    )
    secret = {"api_key": "k1", "access_key": "hub", "secret_key": "CANARY-secret"}
    spec = SystemSpec("hrss_api", "hrss", "rest", place, system or {}, secret)
    delivery = sources.read(settings, spec, contract, since=None, keep=settings.home / "keep")
    found: list[str] = delivery.reader.read_all().column("no").to_pylist()
    return found


EVERYBODY = [person["no"] for person in PEOPLE]


def test_pages_by_offset(settings: Settings, serve: Callable[[Answer], str]) -> None:
    def answer(_path: str, query: dict[str, str], _headers: Mapping[str, str]) -> Reply:
        start = int(query["offset"])
        return 200, {"rows": PEOPLE[start : start + int(query["limit"])]}, {}

    assert numbers(settings, serve(answer), paging="offset") == EVERYBODY


def increment(settings: Settings, place: str, since: str | None, **given: Any) -> sources.Delivery:
    contract = a_contract(
        locator="/people",
        mode="incremental",
        items=(an_item("person_no", "no", key=True, required=True), an_item("changed", "changedAt")),
        options={"since_param": "after"} | given.pop("options", {}),
        **given,
    )
    spec = SystemSpec("hrss_api", "hrss", "rest", place, {}, {})
    return sources.read(settings, spec, contract, since=since, keep=settings.home / "keep")


def of_changes(marks: list[str], asked: list[str | None]) -> Answer:
    """A service of one page of rows with these marks, which writes down what it was asked to begin after."""

    def answer(_path: str, query: dict[str, str], _headers: Mapping[str, str]) -> Reply:
        asked.append(query.get("after"))
        rows = [{"no": str(number), "changedAt": mark} for number, mark in enumerate(marks)]
        return 200, {"rows": rows, "total": len(rows)}, {}

    return answer


@pytest.mark.parametrize("named", ["changed", "changedAt"])
def test_the_position_moves_whether_the_watermark_is_named_as_item_or_as_delivered(
    settings: Settings, serve: Callable[[Answer], str], named: str
) -> None:
    place = serve(of_changes(["9", "10", "8"], []))
    assert increment(settings, place, "7", watermark=named).position == "10"


def test_a_service_is_asked_again_for_what_the_look_back_says_and_the_position_stays(
    settings: Settings, serve: Callable[[Answer], str]
) -> None:
    asked: list[str | None] = []
    place = serve(of_changes(["2026-01-08 23:00:00"], asked))
    late = {"watermark": "changed", "options": {"look_back": "2 days"}}
    delivery = increment(settings, place, "2026-01-09 08:00:00", **late)
    assert asked == ["2026-01-07 08:00:00"]
    assert delivery.position == "2026-01-09 08:00:00"
    assert increment(settings, place, None, **late).position == "2026-01-08 23:00:00"
    assert asked[1] is None, "the first load asks for all"


def test_rows_that_are_elsewhere_name_the_option_of_interfaces(
    settings: Settings, serve: Callable[[Answer], str]
) -> None:
    place = serve(lambda _path, _query, _headers: (200, {"data": PEOPLE}, {}))
    with pytest.raises(SourceUnreadable) as wrong:
        numbers(settings, place)
    assert wrong.value.code == "json_path_wrong"
    assert "rows_path" in wrong.value.zh
    assert "rows_path" in wrong.value.en
    assert "json_path" not in str(wrong.value)


def test_pages_by_cursor_over_an_empty_one(settings: Settings, serve: Callable[[Answer], str]) -> None:
    steps = {"": (PEOPLE[:3], "a b&c"), "a b&c": ([], "z"), "z": (PEOPLE[3:], None)}

    def answer(_path: str, query: dict[str, str], _headers: Mapping[str, str]) -> Reply:
        rows, following = steps[query.get("cursor", "")]
        return 200, {"data": {"list": rows, "next": following}}, {}

    place = {"rows_path": "data.list", "cursor_path": "data.next"}
    assert numbers(settings, serve(answer), paging="cursor", **place) == EVERYBODY


@pytest.mark.parametrize("way", ["header", "body"])
def test_pages_by_link(settings: Settings, serve: Callable[[Answer], str], way: str) -> None:
    def answer(path: str, query: dict[str, str], _headers: Mapping[str, str]) -> Reply:
        start = int(query.get("from", 0))
        assert query.get("size", "3") == "3"
        link = f"{path}?from={start + 3}" if start + 3 < len(PEOPLE) else None
        headers = {"Link": f'<{link}>; rel="next"'} if link and way == "header" else {}
        return 200, {"rows": PEOPLE[start : start + 3], "next": link if way == "body" else None}, headers

    assert numbers(settings, serve(answer), paging="link") == EVERYBODY


def test_a_link_to_another_place_is_not_followed(settings: Settings, serve: Callable[[Answer], str]) -> None:
    place = serve(lambda _path, _query, _headers: (200, {"rows": PEOPLE[:3], "next": "http://127.0.0.1:9/x"}, {}))
    with pytest.raises(SourceRefused) as refused:
        numbers(settings, place, paging="link")
    assert refused.value.code == "rest_link_elsewhere"


REPEATING: dict[str, tuple[dict[str, str], Any]] = {
    "two pages in turn": ({"paging": "offset"}, lambda call: {"rows": [PEOPLE[call % 2]]}),
    "the same cursor": ({"paging": "cursor"}, lambda call: {"rows": [{"no": f"N{call}"}], "next_cursor": "a"}),
    "new cursors, no rows": ({"paging": "cursor"}, lambda call: {"rows": [], "next_cursor": f"c{call}"}),
    "the same link": ({"paging": "link"}, lambda call: {"rows": [{"no": f"N{call}"}], "next": "/people?x=1"}),
}


@pytest.mark.parametrize("kind", REPEATING)
def test_pages_that_repeat_for_ever_end_with_a_sentence(
    settings: Settings, serve: Callable[[Answer], str], kind: str
) -> None:
    options, made = REPEATING[kind]
    calls: list[int] = []

    def answer(_path: str, _query: dict[str, str], _headers: Mapping[str, str]) -> Reply:
        calls.append(1)
        return 200, made(len(calls)), {}

    with pytest.raises(SourceUnreadable) as refused:
        numbers(settings, serve(answer), **options)
    assert refused.value.code == "rest_page_repeats"
    assert len(calls) <= 12


def test_fewer_rows_than_announced_and_an_unknown_way_are_said(
    settings: Settings, serve: Callable[[Answer], str]
) -> None:
    rows = {"0": PEOPLE[:3]}
    place = serve(lambda _path, query, _headers: (200, {"total": 7, "rows": rows.get(query["offset"], [])}, {}))
    with pytest.raises(SourceError) as refused:
        numbers(settings, place, paging="offset")
    assert refused.value.code == "rest_rows_differ"
    with pytest.raises(ConfigurationError):
        numbers(settings, place, paging="guess")
    with pytest.raises(ConfigurationError):
        numbers(settings, place, {"signing": "md5"})


def test_the_key_goes_in_the_header_the_service_asks_for(settings: Settings, serve: Callable[[Answer], str]) -> None:
    def answer(_path: str, _query: dict[str, str], headers: Mapping[str, str]) -> Reply:
        return (200, {"total": 7, "rows": PEOPLE}, {}) if headers.get("X-Office-Key") == "k1" else (401, {}, {})

    place = serve(answer)
    assert numbers(settings, place, {"api_key_header": "X-Office-Key"}) == EVERYBODY
    with pytest.raises(HubError) as refused:
        numbers(settings, place)
    assert "k1" not in str(refused.value)


def test_every_request_is_signed_anew(settings: Settings, serve: Callable[[Answer], str]) -> None:
    nonces: list[str] = []

    def answer(path: str, query: dict[str, str], headers: Mapping[str, str]) -> Reply:
        nonces.append(headers["X-Nonce"])
        asked = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
        empty = hashlib.sha256(b"").hexdigest()
        text = "\n".join(("GET", path, asked, headers["X-Timestamp"], headers["X-Nonce"], empty))
        right = hmac.new(b"CANARY-secret", text.encode(), "sha256").hexdigest()
        if headers["X-Signature"] != right or headers["X-Access-Key"] != "hub":
            return 403, {}, {}
        start = int(query["offset"])
        return 200, {"rows": PEOPLE[start : start + 3]}, {}

    place = serve(answer)
    assert numbers(settings, place, {"signing": "hmac-sha256"}, paging="offset") == EVERYBODY
    assert len(set(nonces)) == len(nonces) == 4
    with pytest.raises(SourceRefused) as refused:
        numbers(settings, place, {"signing": "hmac-sha512"}, paging="offset")
    assert "CANARY" not in str(refused.value)


def test_requests_keep_the_pace_a_service_allows() -> None:
    now, waits = [100.0], []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    spec = SystemSpec("hrss_api", "hrss", "rest", "", {"requests_per_minute": 30})
    with httpx.Client() as client:
        service = rest.Service(client, spec, pause=pause, clock=lambda: now[0])
        for passed in (0.0, 0.5, 5.0):
            now[0] += passed
            service._keep_pace()
    assert waits == [1.5]
