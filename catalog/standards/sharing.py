"""In what form a dataset is held and in which modes it is shared, as its contract says it (Order 809 Art. 13).

The one place of what the modes are called: contracts are read by these words, pages and commands say them.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

Pair = tuple[str, str]
SHARING_MODES: Final[Mapping[str, Pair]] = {
    "service": ("服务接口", "Service interface"),
    "bulk": ("批量交换", "Bulk exchange"),
    "file": ("文件下载", "File download"),
    "medium": ("介质交换", "Physical medium"),
}
"""Code -> what it is called, and what a contract may call it as well. Another word stays as it was written."""
LONGEST_NOTE: Final = 64
"""Characters that the format and the modes of sharing may have, each in all: the catalogue has no more room."""
_SEPARATORS: Final = re.compile("[,，、;；]")
_CODES: Final = {word.lower(): code for code, words in SHARING_MODES.items() for word in words}


def called(mode: str) -> Pair:
    """What a code of SHARING_MODES is called; another word as it is."""
    return SHARING_MODES.get(mode, (mode, mode))


def modes(own: Mapping[str, Any]) -> tuple[str, ...]:
    """The modes that custom properties `own` name, codes where they are known; () where they name none."""
    said = (str(one).strip() for one in _listed(own.get("sharingMode")))
    return tuple(dict.fromkeys(_CODES.get(one.lower(), one) for one in said if one))


def data_format(own: Mapping[str, Any]) -> str:
    """The form that custom properties `own` name, else the format they say it is read by; '' where neither is."""
    return (_format(own)[1] or "").strip()


def wrong(own: Mapping[str, Any]) -> Pair | None:
    """The property of `own` that the catalogue cannot take, and what it may be, in Chinese and English; None if none.

    To be asked before the others, which take what this lets pass.
    """
    said = _listed(own.get("sharingMode"))
    key, form = _format(own)
    if not all(isinstance(one, str) for one in said):
        return "sharingMode，须为文字或文字的列表", "sharingMode, which is a text or a list of texts"
    if any(_SEPARATORS.search(one) for one in said):
        return "sharingMode，有几种方式时须写成列表，一项一种", "sharingMode, where several modes are a list, one each"
    if form is not None and not isinstance(form, str):
        return f"{key}，须为文字", f"{key}, which is a text"
    long = {"sharingMode": ",".join(modes(own)), key: form or ""}
    if name := next((name for name, text in long.items() if len(text) > LONGEST_NOTE), None):
        return f"{name}，合计不超过 {LONGEST_NOTE} 字", f"{name}, which has at most {LONGEST_NOTE} characters"
    return None


def _listed(given: Any) -> list[Any]:
    return [] if given is None else given if isinstance(given, list) else [given]


def _format(own: Mapping[str, Any]) -> tuple[str, Any]:
    """The property that says the form, by name, and what stands there."""
    options, said = own.get("options"), own.get("format")
    if (said is None or not str(said).strip()) and isinstance(options, Mapping):
        return "options.format", options.get("format")
    return "format", said
