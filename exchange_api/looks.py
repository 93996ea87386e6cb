"""Test, preview and profile over HTTP: what may be asked, the record left before, and what comes back of lengths.

Over the network a look is coarser than at the server's command line: whoever can choose what is read could otherwise
read values out of exact lengths, one at a time.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any, Final, Literal

from authorization.access import Caller
from catalog.errors import HubError, InvalidInput, SourceUnreadable
from catalog.systems import SystemSpec, check_open
from exchange_api import connecting, reachable
from exchange_api.hub import Hub
from exchange_api.refusals import refuse
from lake.profile import Column

Verb = Literal["test", "preview", "profile"]
PURPOSE: Final = "系统接入"
"""Why a department's system is read, for the trail."""
TEXTS: Final = frozenset(
    {"format", "encoding", "sheet", "delimiter", "quote", "member", "record", "json_path", "layer"}
)
COUNTS: Final = frozenset({"header_rows", "skip_rows"})
MOST_ROWS: Final = 3
"""Rows above the data: more of them would be a way to have rows of data told as names of columns."""
BANDS: Final = (0, 4, 8, 16, 32, 64, 256)
LONGEST_RUN: Final = 4
_RUN: Final = re.compile(r"(9{5,}|A{5,}|字{5,})")
_STRANGE: Final = re.compile(r"[^9A字 \-/.:,()_+%#·，。（）：、…]")
_NAME: Final = re.compile(r"[\w \-/.:()%·#&+、，。（）：／％①-⑳\n]*")
_DATA: Final = re.compile(r"\d{5}|\d{4}[-/.]\d{1,2}[-/.]\d")


def admit(hub: Hub, caller: Caller, spec: SystemSpec) -> None:
    """Raise InvalidInput or NotAllowed, and record it, for a system that may not be registered over HTTP."""
    try:
        check_open(spec)
        reachable.check_registration(hub.settings, spec)
    except HubError as error:
        refuse(hub, caller, surface="system:register", reasons=[error.code])
        raise


def opened(hub: Hub, caller: Caller, verb: Verb, code: str, *, dataset: str = "") -> SystemSpec:
    """The system, ready to be read, with the record of it in the trail. Raises NotFound, NotAllowed, InvalidInput."""
    spec = connecting.opened(hub.settings, code)
    try:
        reachable.check_opening(hub.settings, spec)
    except HubError as error:
        refuse(hub, caller, surface=surface(verb, code), reasons=[error.code])
        raise
    hub.record(caller, purpose=PURPOSE, dataset=dataset, surface=surface(verb, code), providers=[spec.agency])
    return spec


def surface(verb: Verb, code: str) -> str:
    """How the trail calls a look at a system that is registered as `code`."""
    return f"system:{verb}:{code}"


def check_options(hub: Hub, caller: Caller, code: str, options: Mapping[str, Any]) -> None:
    """Raise InvalidInput, and record it, for options that do more than say how a file is laid out."""
    wrong = sorted(name for name, value in options.items() if not _harmless(name, value))
    if wrong:
        # What is not one of our options is free text of the caller's, and stays out of the sentence and the trail.
        refuse(hub, caller, surface=surface("profile", code), reasons=["look_option_refused"])
        known = ", ".join(sorted(TEXTS | COUNTS))
        raise InvalidInput(
            f"通过网络剖析时只能用这些选项：{known}（行数不超过 {MOST_ROWS}）。其他选项请在服务器命令行使用。",
            f"Over HTTP these options can be given: {known} (rows: at most {MOST_ROWS}). Use others at the command line"
            " of the server.",
            code="look_option_refused",
        )


def _harmless(name: str, value: Any) -> bool:
    if name in COUNTS:
        return type(value) is int and 0 <= value <= MOST_ROWS
    return name in TEXTS and isinstance(value, str | int) and len(str(value)) <= 100


def profiled(columns: list[Column]) -> list[dict[str, Any]]:
    """A profile as it may be told over HTTP; raises SourceUnreadable when what stands for names looks like data."""
    check_names(column.name for column in columns)
    return [
        _coarse(asdict(column)) | {"shapes": [coarse_shape(shape) for shape in column.shapes]} for column in columns
    ]


def previewed(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same for a preview."""
    check_names(str(column["column"]) for column in columns)
    return [_coarse(column) | {"shape": coarse_shape(column["shape"])} for column in columns]


def _coarse(column: dict[str, Any]) -> dict[str, Any]:
    return column | {name: band(column[name]) for name in ("shortest", "longest")}


def band(length: int | None) -> str | None:
    """A length as the band it lies in, such as '9-16'; above the last, '257+'."""
    if length is None:
        return None
    for low, high in pairwise(BANDS):
        if length <= high:
            return f"{low + 1}-{high}"
    return f"{BANDS[-1] + 1}+"


def coarse_shape(shape: str) -> str:
    """A shape in which long runs are cut (99999999 becomes 9999…) and signs that are not usual separators are '?'."""
    return _STRANGE.sub("?", _RUN.sub(lambda run: run[0][:LONGEST_RUN] + "…", shape))


def check_names(names: Iterable[str]) -> None:
    """Raise SourceUnreadable when a name has the look of a value: then the delivery has no header, or another row."""
    if any(_DATA.search(name) or not _NAME.fullmatch(name) for name in names):
        raise SourceUnreadable(
            "列名处像是数据（长数字、日期或符号），可能没有表头或表头行数不对，未予显示。"
            "请核对表头行；确有此类列名时请在服务器命令行查看。",
            "What stands where columns are named looks like data (long numbers, dates, signs): there is no header,"
            " or it is another row. It is not shown. Check the header rows; if the names are so, use the command line.",
            code="header_looks_like_data",
        )
