"""REST services that hand out rows page by page as JSON, with OAuth 2.0 client credentials (RFC 6749, 4.4), keys in
headers or signatures (web/proof.py). How pages follow each other is in web/paging.py.

Pages are written to one NDJSON file as they come and read from there, so a delivery is kept like any other. Faults of
the moment (5xx, 429, a broken connection) are tried again with growing pauses; a page that repeats ends the load.
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from catalog.contracts import Contract
from catalog.errors import SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.read_options import number, whole
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.databases.window import later, look_back, watermark
from lake.sources.delivery import Delivery
from lake.sources.files import open_files
from lake.sources.formats.json_text import parse
from lake.sources.places.packed import MOST_BYTES
from lake.sources.web import proof as rest_proof
from lake.sources.web.paging import PAGE_SIZE, Ask, Page, pages

ATTEMPTS = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
TIMEOUT = 30.0
PAGE_BYTES = 64 << 20
PAGE_SECONDS = 600.0
ALL_SECONDS = 6 * 3600.0
LOOK_BYTES = 1 << 30
LOOK_SECONDS = 600.0


@dataclass
class Service:
    """One department service: where it is, how to prove who we are, how long to wait between attempts."""

    client: httpx.Client
    spec: SystemSpec
    pause: Callable[[float], None] = time.sleep
    token: str | None = field(default=None, repr=False)
    clock: Callable[[], float] = time.monotonic
    sent: float = float("-inf")

    def get(self, ask: Ask) -> Page:
        """The parsed JSON of one page. A token that ran out is renewed once."""
        # httpx takes an empty mapping for "no query at all", and a link brings its own.
        asked = {"params": ask.params} if ask.params else {}
        answer = self.send("GET", ask.path, **asked, headers=self._proof())
        if answer.status_code == httpx.codes.UNAUTHORIZED and self.spec.secret:
            self.token = None
            answer = self.send("GET", ask.path, **asked, headers=self._proof())
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise self.refused()
        return Page(self._json(answer), str(answer.url), answer.links.get("next", {}).get("url"))

    def _proof(self) -> dict[str, str]:
        if not self.spec.secret.get("client_id"):
            return {}
        if self.token is None:
            self.token = self._new_token()
        return {"Authorization": f"Bearer {self.token}"}

    def _new_token(self) -> str:
        path = str(self.spec.options.get("token_path", "/oauth/token"))
        login = (self.spec.secret["client_id"], self.spec.secret.get("client_secret", ""))
        answer = self.send("POST", path, data={"grant_type": "client_credentials"}, auth=login)
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise self.refused()
        told = self._json(answer)
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str):
            raise self.refused()
        return token

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer to one request, whatever it says, tried again while the service is busy or away."""
        self._refuse_elsewhere(path)
        for attempt in range(1, ATTEMPTS + 1):
            wait = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
            self._keep_pace()
            try:
                answer = self._whole(method, path, **given)
            except httpx.RequestError as error:
                if attempt == ATTEMPTS:
                    raise self.unreachable() from error
            else:
                if answer.status_code != httpx.codes.TOO_MANY_REQUESTS and not answer.is_server_error:
                    return answer
                if attempt == ATTEMPTS:
                    raise self.unreachable()
                wait = _asked_wait(answer, wait)
            self.pause(wait)
        raise self.unreachable()

    def _whole(self, method: str, path: str, **given: Any) -> httpx.Response:
        """One answer with its body. A body without an end, in bytes or in time, must not hold the hub."""
        body = bytearray()
        ends = self.clock() + PAGE_SECONDS
        with self.client.stream(method, path, **given) as answer:
            for chunk in answer.iter_bytes():  # unpacked: a small answer may be a great one packed
                body += chunk
                if len(body) > PAGE_BYTES or self.clock() > ends:
                    raise self._endless()
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=bytes(body), request=answer.request)

    def _endless(self) -> SourceUnreadable:
        return SourceUnreadable(
            f"系统 {self.spec.code} 的接口一次返回的内容没有尽头（超过 {PAGE_BYTES >> 20} MB 或用时过长）。"
            "请部门检查分页。",
            f"One answer of system {self.spec.code} does not end (over {PAGE_BYTES >> 20} MB, or too long a time). Ask"
            " the department to check its paging.",
            code="rest_page_endless",
            system=self.spec.code,
        )

    def endless_pages(self) -> SourceUnreadable:
        """The error of a service whose pages do not end."""
        return SourceUnreadable(
            f"系统 {self.spec.code} 的接口分页没有尽头（总量过大或用时过长），已停止读取。"
            "请部门检查分页，或用 since_param 缩小每次读取的范围。",
            f"The pages of system {self.spec.code} do not end (too much in all, or too long a time); reading was"
            " stopped. Ask the department to check its paging, or narrow each load with since_param.",
            code="rest_pages_endless",
            system=self.spec.code,
        )

    def _refuse_elsewhere(self, path: str) -> None:
        """A contract or a link names paths, never another host: the department's credentials go with the request."""
        here, asked = self.client.base_url, self.client.build_request("GET", path).url
        if (asked.scheme, asked.host, asked.port) != (here.scheme, here.host, here.port):
            raise SourceUnreadable(
                f"系统 {self.spec.code} 的契约或分页链接指向了别的服务器。请在契约中只写路径，例如 /api/records。",
                f"The contract or a page's link of system {self.spec.code} points to another server. Give a path in the"
                " contract, such as /api/records.",
                code="rest_other_host",
                system=self.spec.code,
            )

    def _keep_pace(self) -> None:
        """Wait until the next request is due, where system option `requests_per_minute` sets a limit."""
        limit = number(self.spec.options, "requests_per_minute", 0)
        if limit > 0 and (wait := self.sent + 60.0 / limit - self.clock()) > 0:
            self.pause(wait)
        self.sent = self.clock()

    def _json(self, answer: httpx.Response) -> Any:
        if not answer.is_success:
            raise SourceUnreadable(
                f"系统 {self.spec.code} 的接口返回状态 {answer.status_code}。请核对契约中的路径和参数。",
                f"The interface of system {self.spec.code} answered with status {answer.status_code}. Check path and"
                " parameters in the contract.",
                code="rest_status",
                system=self.spec.code,
                status=answer.status_code,
            )
        try:
            return parse(answer.content)
        except (ValueError, RecursionError) as error:
            raise SourceUnreadable(
                f"系统 {self.spec.code} 的接口返回的不是 JSON。请部门检查接口。",
                f"The interface of system {self.spec.code} does not answer in JSON. Ask the department to check it.",
                code="rest_not_json",
                system=self.spec.code,
            ) from error

    def refused(self) -> SourceRefused:
        """The error of a service that does not let us in."""
        return SourceRefused(
            f"系统 {self.spec.code} 拒绝了访问。请核对客户端编号、密钥和授权范围。",
            f"System {self.spec.code} refused access. Check client id, secret and scope.",
            code="source_refused",
            system=self.spec.code,
        )

    def unreachable(self) -> SourceUnreachable:
        """The error of a service that does not answer."""
        return SourceUnreachable(
            f"系统 {self.spec.code} 的接口没有应答或持续出错（已重试 {ATTEMPTS} 次）。请检查该服务后重新运行。",
            f"The interface of system {self.spec.code} does not answer or keeps failing ({ATTEMPTS} attempts). Check"
            " that service and run again.",
            code="source_unreachable",
            system=self.spec.code,
        )


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """All pages of the contract's locator (a URL path), kept in `keep`/records.ndjson.

    Contract options: paging (page, offset, cursor, link: lake/sources/web/paging.py) and its parameters, page_size,
    rows_path, total_path, since_param, look_back. System options: token_path, api_key_header, signing,
    requests_per_minute.
    """
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    target = keep / "records.ndjson"
    newest, column = since, watermark(contract)
    asked = look_back(contract, since) if column and since else since
    looking = bool(spec.options.get("looking"))  # at a service nobody knows yet: less of it, and less long
    most = LOOK_BYTES if looking else MOST_BYTES
    ends = time.monotonic() + (LOOK_SECONDS if looking else ALL_SECONDS)
    first_only = bool(spec.options.get("first_only"))
    with (
        httpx.Client(
            base_url=spec.location,
            timeout=TIMEOUT,
            follow_redirects=False,
            auth=rest_proof.proof(spec),
            headers=rest_proof.headers(spec),
        ) as client,
        target.open("w", encoding="utf-8") as stream,
    ):
        service, size = Service(client, spec), _page_size(spec, contract)
        for record in pages(service.get, contract, asked, page_size=size, first_only=first_only):
            most -= len(line := json.dumps(record, ensure_ascii=False) + "\n")
            if most < 0 or time.monotonic() > ends:
                raise service.endless_pages()
            stream.write(line)
            newest = later(contract, newest, record.get(column)) if column else newest
    position = newest if contract.mode == "incremental" else None
    return open_files(settings, [target], contract, position=position, form="ndjson")


def _page_size(spec: SystemSpec, contract: Contract) -> int:
    return whole(contract.options, "page_size", whole(spec.options, "page_size", PAGE_SIZE))


def _asked_wait(answer: httpx.Response, otherwise: float) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else otherwise
