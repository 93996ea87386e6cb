"""Every error a person may read.

    HubError                     exit  http
    ├── ConfigurationError        1    500   the hub itself is set up wrongly (port, folder, key, setting)
    ├── SourceError               1    502   a department's system did not give what it should
    │   ├── SourceUnreachable     1    502   no answer: name, network, port
    │   ├── SourceRefused         1    502   an answer, but no: login, right
    │   └── SourceUnreadable      1    502   data came, but not in the declared form: encoding, workbook, geometry
    ├── ContractBroken            1    409   the delivery lacks what its contract promises (column lost, type changed)
    ├── BatchHeld                 1    409   a batch is kept as delivered, but goes no further until somebody decides
    ├── NotFound                  1    404   the thing asked for is not there (or may not be known to be there)
    ├── NotAllowed                1    403   default deny, with reasons
    │   └── NotAuthenticated      1    401   nobody proved who they are
    ├── Conflict                  1    409   the thing has changed or exists already
    ├── InvalidInput              2    422   the call is wrong
    ├── QuotaExceeded             1    429   too many calls or rows for this grant today
    └── Unavailable               1    503   try again later

The two sentences (Chinese, English) of a HubError may leave the house; the text of any other exception never does.
A sentence never holds a data value: it names tables, items and places, not what stands in them.
"""

from functools import partial
from typing import Any, ClassVar


class HubError(Exception):
    """An error whose sentence may be shown. `zh`, `en`: what happened, to what, what to do; `code` is stable."""

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, zh: str, en: str, *, code: str, **parts: object) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en
        self.code = code
        self.parts = parts

    def sentence(self, language: str) -> str:
        """The sentence in `language` ('zh' or 'en')."""
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Whole again in another process: without this, the parent of a worker would die on its error."""
        kind: Any = type(self)
        return partial(kind, code=self.code, **self.parts), (self.zh, self.en)


class ConfigurationError(HubError):
    """The hub itself is set up wrongly."""


class SourceError(HubError):
    """A department's system did not give what it should."""

    http_status = 502


class SourceUnreachable(SourceError):
    """A department's system did not answer."""


class SourceRefused(SourceError):
    """A department's system answered, but refused."""


class SourceUnreadable(SourceError):
    """A department's delivery is not in the form declared."""


class ContractBroken(HubError):
    """A delivery lacks what its contract promises."""

    http_status = 409


class BatchHeld(HubError):
    """A batch is kept as delivered but goes no further."""

    http_status = 409


class NotFound(HubError):
    """The thing asked for is not there."""

    http_status = 404


class NotAllowed(HubError):
    """The caller may not do this."""

    http_status = 403


class NotAuthenticated(NotAllowed):
    """The caller did not prove who they are."""

    http_status = 401


class Conflict(HubError):
    """The thing has changed, or exists already."""

    http_status = 409


class InvalidInput(HubError):
    """The call itself is wrong."""

    http_status = 422
    exit_code = 2


class QuotaExceeded(HubError):
    """Too many calls or rows for this grant today."""

    http_status = 429


class Unavailable(HubError):
    """The service cannot answer now; the same call may work later."""

    http_status = 503
