"""The ways by which REST services hand out rows in pages: page number, offset, cursor, link (RFC 8288).

Each way says what to ask next, given the page before; the walk over them, and its ends, are the same. A page that came
before ends the load: nothing would be gained by asking for ever.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, SourceError, SourceRefused, SourceUnreadable
from catalog.read_options import whole
from lake.sources.formats.json_text import Record, found_at, rows_at

PAGE_SIZE = 500
MOST_EMPTY = 10  # a cursor may lead over pages that a filter left empty, but not for ever
COUNT = re.compile(r"[0-9]{1,18}")
Params = dict[str, str]


@dataclass(frozen=True)
class Ask:
    """One request: `path` (or a whole link of the same service), its parameters."""

    path: str
    params: Params


@dataclass(frozen=True)
class Page:
    """One answer: the parsed body, the address it came from, the `Link` header's rel="next" if there was one."""

    document: Any
    address: str
    link: str | None = None


@dataclass(frozen=True)
class State:
    """Where the walk stands after a page: how many pages and rows came, and what was asked last."""

    pages: int
    taken: int
    asked: Ask


Next = Callable[[Contract, Page, State], Ask | None]


def pages(
    get: Callable[[Ask], Page], contract: Contract, since: str | None, *, page_size: int, first_only: bool = False
) -> Iterator[Record]:
    """The records of all pages (or the first), in order, by contract option `paging` (page, offset, cursor, link).

    Raises SourceError when a page repeats, fewer rows came than promised, or a link leads elsewhere.
    """
    options = contract.options
    following = _way(contract)
    state = State(0, 0, _first(contract, since, page_size))
    seen: set[bytes] = set()
    empty = 0
    while True:
        page = get(state.asked)
        rows = rows_at(page.document, str(options.get("rows_path", "rows")), contract.locator, option="rows_path")
        total = _total(page.document, str(options.get("total_path", "total")))
        if rows:
            _once(rows, seen, contract)
            yield from rows
        if first_only:
            return
        state = State(state.pages + 1, state.taken + len(rows), state.asked)
        if total is not None and state.taken >= total:
            break
        empty = 0 if rows else empty + 1
        asked = following(contract, page, state) if rows or following in (_by_cursor, _by_link) else None
        if asked is None:
            break
        if asked == state.asked or empty > MOST_EMPTY:
            raise _repeats(contract)
        state = State(state.pages, state.taken, asked)
    if total is not None and state.taken != total:
        raise _incomplete(contract)


def _first(contract: Contract, since: str | None, page_size: int) -> Ask:
    options = contract.options
    offset = options.get("paging") == "offset"
    params = {str(options.get("size_param", "limit" if offset else "size")): str(page_size)}
    if since and options.get("since_param"):
        params[str(options["since_param"])] = since
    match options.get("paging", "page"):
        case "page":
            params[str(options.get("page_param", "page"))] = str(whole(options, "first_page", 1))
        case "offset":
            params[str(options.get("offset_param", "offset"))] = "0"
    return Ask(contract.locator, params)


def _by_page(contract: Contract, _page: Page, state: State) -> Ask | None:
    number = whole(contract.options, "first_page", 1) + state.pages
    return _with(state, str(contract.options.get("page_param", "page")), str(number))


def _by_offset(contract: Contract, _page: Page, state: State) -> Ask | None:
    return _with(state, str(contract.options.get("offset_param", "offset")), str(state.taken))


def _by_cursor(contract: Contract, page: Page, state: State) -> Ask | None:
    cursor = found_at(page.document, str(contract.options.get("cursor_path", "next_cursor")))
    if not isinstance(cursor, str) or not cursor:  # numbers are parsed as text
        return None
    return _with(state, str(contract.options.get("cursor_param", "cursor")), cursor)


def _by_link(contract: Contract, page: Page, _state: State) -> Ask | None:
    link = page.link or found_at(page.document, str(contract.options.get("next_path", "next")))
    if not isinstance(link, str) or not link:
        return None
    here = httpx.URL(page.address)
    there = here.join(link)
    # Our proof of identity goes with every request, so it must not be lured to another place.
    if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
        raise _elsewhere(contract)
    return Ask(str(there), {})


WAYS: Mapping[str, Next] = {"page": _by_page, "offset": _by_offset, "cursor": _by_cursor, "link": _by_link}


def _way(contract: Contract) -> Next:
    given = str(contract.options.get("paging", "page"))
    if given not in WAYS:
        raise ConfigurationError(
            f"数据集 {contract.dataset} 的分页方式未知。请在契约 options.paging 中填写 {'、'.join(WAYS)} 之一。",
            f"The way of paging of {contract.dataset} is not known. Give options.paging as one of {', '.join(WAYS)}.",
            code="paging_unknown",
            dataset=contract.dataset,
        )
    return WAYS[given]


def _with(state: State, name: str, value: str) -> Ask:
    return Ask(state.asked.path, state.asked.params | {name: value})


def _once(rows: list[Record], seen: set[bytes], contract: Contract) -> None:
    mark = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).digest()
    if mark in seen:
        raise _repeats(contract)
    seen.add(mark)


def _total(document: Any, path: str) -> int | None:
    found = found_at(document, path)
    return int(found) if isinstance(found, str) and COUNT.fullmatch(found) else None


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
        code="rest_rows_differ",
        system=contract.system,
    )


def _elsewhere(contract: Contract) -> SourceRefused:
    return SourceRefused(
        f"系统 {contract.system} 的下一页链接指向别的地址，未予跟随。请部门检查接口。",
        f"The next page of system {contract.system} leads to another address and was not followed. Ask the department"
        " to check its interface.",
        code="rest_link_elsewhere",
        system=contract.system,
    )
