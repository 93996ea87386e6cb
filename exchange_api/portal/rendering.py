"""Templates to pages: one Jinja environment per language, the filters pages use, and the headers every page carries.

Nothing here asks the registry; routes fetch, this draws.
"""

from datetime import datetime
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalog.i18n import preferred, text
from catalog.working_days import COUNTY_TIME
from exchange_api.portal import texts, words
from exchange_api.views.quality import dimension_of, failing_share

FOLDER = Path(__file__).parent
LANGUAGE_COOKIE = "shuniu_language"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Vary": "Cookie, Accept-Language",
}
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}


def language_of(request: Request) -> str:
    """'zh' or 'en': the person's own choice (cookie) before the browser's; Chinese where neither says."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in texts.HTML_LANG:
        return chosen
    return preferred(request.headers.get("accept-language"))


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """Every browser file by name, with its media type. Read once: a request can never name another file."""
    folder = FOLDER / "static"
    return {path.name: (path.read_bytes(), MEDIA_TYPES[path.suffix]) for path in sorted(folder.iterdir())}


@cache
def static_url(name: str) -> str:
    """The address of a browser file; it changes when the file does, so that it may be cached for ever."""
    return f"/static/{name}?v={sha256(static_files()[name][0]).hexdigest()[:12]}"


@cache
def environment(language: str) -> Environment:
    """The Jinja environment of one language: escaping on, undefined names are errors, texts through gettext."""
    jinja = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = texts.translations(language)
    jinja.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    jinja.filters |= {"number": number, "day": day, "moment": moment, "seconds": seconds}
    jinja.filters |= {"points": points, "signed": signed, "signed_bits": signed_bits, "times": times}
    jinja.filters["failing_share"] = failing_share
    jinja.filters["named"] = lambda pair: text(pair[0], pair[1], language)
    jinja.globals |= {
        "word": lambda kind, code: translate(words.word(kind, code), language),
        "rate": rate,
        "failing": failing,
        "dimension_of": dimension_of,
        "tone": words.tone,
        "static_url": static_url,
        "language": language,
        "html_lang": texts.HTML_LANG[language],
    }
    return jinja


def translate(message: str, language: str) -> str:
    """`message` (an English source message) in `language`."""
    return texts.translations(language).gettext(message) if message else ""


def page(language: str, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Draw `template` in `language`. `context` is all the template knows."""
    body = environment(language).get_template(template).render(context)
    return HTMLResponse(body, status_code=status, headers={**HEADERS, "Content-Language": texts.HTML_LANG[language]})


def address(path: str, **given: str) -> str:
    """`path` with the filters given and room for one more parameter."""
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{query}&" if query else f"{path}?"


def number(value: float | None) -> str:
    """12345 as '12,345', the way Chinese statistics print it; an em dash for nothing."""
    return "—" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def points(value: float | None) -> str:
    """Points of 100: 97.03; an em dash where nothing was assessed."""
    return "—" if value is None else f"{value:.2f}"


def signed(value: float | None) -> str:
    """A change with its sign: +0.85, −1.20, ±0; an em dash where there is nothing to compare."""
    if value is None:
        return "—"
    return f"{value:+.2f}".replace("-", "−") if value else "±0"


def signed_bits(value: float | None) -> str:
    """Bits of evidence with their sign: +3.2, −1.0, 0.0; an em dash where nothing was weighed."""
    if value is None:
        return "—"
    return f"{value:+.1f}".replace("-", "−") if abs(value) >= 0.05 else "0.0"


def times(bits: float) -> str:
    """By how much bits of evidence move the odds, as a factor of at least 1: '8.0', '1,024'."""
    factor = 2 ** min(abs(bits), 100.0)
    return f"{factor:.1f}" if factor < 10 else f"{factor:,.0f}" if factor < 10**9 else f"{factor:.0e}"


def rate(good: int, checked: int) -> str:
    """A / B as a percentage cut (never rounded up: 99.999 % is not 100 %); an em dash where B is 0 (not applicable)."""
    if not checked:
        return "—"
    share = (Decimal(100) * good / checked).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return f"{share} %"


def failing(good: int, checked: int) -> str:
    """What `rate` leaves of 100 %: the two always add up, and one bad row in a million still shows."""
    if not checked:
        return "—"
    share = (Decimal(100) * (checked - good) / checked).quantize(Decimal("0.01"), rounding=ROUND_UP)
    return f"{share} %"


def moment(value: datetime | None) -> str:
    """A moment in legal time, to the minute: 2026-11-21 09:30."""
    return value.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M") if value else "—"


def day(value: datetime | None) -> str:
    """The day of a moment in legal time: 2026-11-21."""
    return value.astimezone(COUNTY_TIME).strftime("%Y-%m-%d") if value else "—"


def seconds(value: float | None) -> str:
    """A duration: '0.42 s', '3 min 20 s'."""
    if value is None:
        return "—"
    if value < 60:
        return f"{value:.2f} s"
    return f"{int(value // 60)} min {int(value % 60)} s"
