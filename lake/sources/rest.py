"""REST services that hand out rows page by page as JSON, with OAuth 2.0 client credentials (RFC 6749, 4.4).

Pages are written to one NDJSON file as they come and read from there, so a delivery is kept like any other. Faults of
the moment (5xx, 429, a broken connection) are tried again with growing pauses; a page that repeats ends the load.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from catalog.contracts import Contract
from catalog.errors import SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.delivery import Delivery
from lake.sources.files import open_files
from lake.sources.json_text import Record, parse, rows_at

ATTEMPTS = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
TIMEOUT = 30.0
PAGE_SIZE = 500


@dataclass
class Service:
    """One department service: where it is, how to prove who we are, how long to wait between attempts."""

    client: httpx.Client
    spec: SystemSpec
    pause: Callable[[float], None] = time.sleep
    token: str | None = field(default=None, repr=False)

    def get(self, path: str, params: dict[str, str]) -> Any:
        """The parsed JSON of one page. A token that ran out is renewed once."""
        answer = self._send("GET", path, params=params, headers=self._proof())
        if answer.status_code == httpx.codes.UNAUTHORIZED and self.spec.secret:
            self.token = None
            answer = self._send("GET", path, params=params, headers=self._proof())
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise self._refused()
        return self._json(answer)

    def _proof(self) -> dict[str, str]:
        if not self.spec.secret.get("client_id"):
            return {}
        if self.token is None:
            self.token = self._new_token()
        return {"Authorization": f"Bearer {self.token}"}

    def _new_token(self) -> str:
        path = str(self.spec.options.get("token_path", "/oauth/token"))
        login = (self.spec.secret["client_id"], self.spec.secret.get("client_secret", ""))
        answer = self._send("POST", path, data={"grant_type": "client_credentials"}, auth=login)
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise self._refused()
        token = self._json(answer).get("access_token")
        if not isinstance(token, str):
            raise self._refused()
        return token

    def _send(self, method: str, path: str, **given: Any) -> httpx.Response:
        for attempt in range(1, ATTEMPTS + 1):
            wait = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
            try:
                answer = self.client.request(method, path, **given)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise self._unreachable() from error
            else:
                if answer.status_code != httpx.codes.TOO_MANY_REQUESTS and not answer.is_server_error:
                    return answer
                if attempt == ATTEMPTS:
                    raise self._unreachable()
                wait = _asked_wait(answer, wait)
            self.pause(wait)
        raise self._unreachable()

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
        except ValueError as error:
            raise SourceUnreadable(
                f"系统 {self.spec.code} 的接口返回的不是 JSON。请部门检查接口。",
                f"The interface of system {self.spec.code} does not answer in JSON. Ask the department to check it.",
                code="rest_not_json",
                system=self.spec.code,
            ) from error

    def _refused(self) -> SourceRefused:
        return SourceRefused(
            f"系统 {self.spec.code} 拒绝了访问。请核对客户端编号、密钥和授权范围。",
            f"System {self.spec.code} refused access. Check client id, secret and scope.",
            code="source_refused",
            system=self.spec.code,
        )

    def _unreachable(self) -> SourceUnreachable:
        return SourceUnreachable(
            f"系统 {self.spec.code} 的接口没有应答或持续出错（已重试 {ATTEMPTS} 次）。请检查该服务后重新运行。",
            f"The interface of system {self.spec.code} does not answer or keeps failing ({ATTEMPTS} attempts). Check"
            " that service and run again.",
            code="source_unreachable",
            system=self.spec.code,
        )


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """All pages of the contract's locator (a URL path), kept in `keep`/records.ndjson.

    Contract options: page_param, size_param, page_size, first_page (1), rows_path, total_path, since_param.
    """
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    target = keep / "records.ndjson"
    newest = since
    with (
        httpx.Client(base_url=spec.location, timeout=TIMEOUT, follow_redirects=False) as client,
        target.open("w", encoding="utf-8") as stream,
    ):
        for record in pages(Service(client, spec), contract, since):
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            newest = _later(newest, record, contract)
    position = newest if contract.mode == "incremental" else None
    return open_files(settings, [target], contract, position=position, form="ndjson")


def pages(service: Service, contract: Contract, since: str | None) -> Iterator[Record]:
    """The records of all pages, in order. Raises SourceError when a page repeats, or fewer rows came than promised."""
    options = contract.options
    params = {str(options.get("size_param", "size")): str(_page_size(service, contract))}
    if since and options.get("since_param"):
        params[str(options["since_param"])] = since
    number, taken, seen = int(options.get("first_page", 1)), 0, ""
    while True:
        params[str(options.get("page_param", "page"))] = str(number)
        document = service.get(contract.locator, params)
        rows = rows_at(document, str(options.get("rows_path", "rows")), contract.locator)
        total = _total(document, str(options.get("total_path", "total")))
        if not rows:
            break
        mark = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
        if mark == seen:
            raise _repeats(contract)
        yield from rows
        number, taken, seen = number + 1, taken + len(rows), mark
        if total is not None and taken >= total:
            break
    if total is not None and taken != total:
        raise _incomplete(contract)


def _page_size(service: Service, contract: Contract) -> int:
    return int(contract.options.get("page_size", service.spec.options.get("page_size", PAGE_SIZE)))


def _total(document: Any, path: str) -> int | None:
    found = document
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return int(found) if isinstance(found, str) and found.isdigit() else None


def _later(newest: str | None, record: Record, contract: Contract) -> str | None:
    names = [item.source_name or item.name for item in contract.items if item.name == contract.watermark]
    mark = record.get(names[0]) if names else None
    return max(filter(None, (newest, mark)), default=None) if isinstance(mark, str) else newest


def _asked_wait(answer: httpx.Response, otherwise: float) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE) if asked.isdigit() else otherwise


def _repeats(contract: Contract) -> SourceError:
    return SourceUnreadable(
        f"系统 {contract.system} 的接口重复返回同一页。请部门检查分页，或核对契约的分页参数。",
        f"The interface of system {contract.system} gives the same page again and again. Check its paging, and the"
        " paging parameters of the contract.",
        code="rest_page_repeats",
        system=contract.system,
    )


def _incomplete(contract: Contract) -> SourceError:
    return SourceError(
        f"系统 {contract.system} 的接口给出的行数与其总数不符。读取期间数据可能有变化，请重新运行。",
        f"The interface of system {contract.system} gave another number of rows than it announced. Its data may have"
        " changed meanwhile; run again.",
        code="count_differs",
        system=contract.system,
    )
