"""docs/reference/http.md and openapi.json: every route, its permission, what it does."""

import inspect
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.settings import Settings
from exchange_api.app import create_app
from exchange_api.dependencies import declared
from tests.reference.markdown import code, document, first_sentence, section, table

INTRO = """
Paths, parameters and keys on this page are stable within version 1: keys may be added, page tokens are opaque. Send
`Authorization: Bearer <token>`; tokens are made with `shuniu account` ([cli.md](cli.md)). Sentences follow
`Accept-Language`; errors: [errors.md](errors.md). Machine-readable: [openapi.json](openapi.json), also served at
`/openapi.json`. 令牌放在 `Authorization` 头中；错误格式见 errors.md。
"""
GROUPS = {
    "API 接口": ("/api/",),
    "Delta Sharing": ("/delta-sharing/",),
    "OGC": ("/ogc/",),
    "Health and description 运行状况": ("/healthz", "/readyz", "/metrics", "/openapi.json", "/catalog."),
    "Portal 门户": ("/",),
}


def page() -> str:
    """The page."""
    with tempfile.TemporaryDirectory() as home:
        routes = list(create_app(Settings(home=Path(home))).routes)
    groups: dict[str, list[Any]] = {name: [] for name in GROUPS}
    for route in routes:
        path = getattr(route, "path", "")
        groups[next(name for name, starts in GROUPS.items() if path.startswith(starts))].append(route)
    parts = [
        section(name, table(("method", "path", "permission", "what it does"), _rows(members)))
        for name, members in groups.items()
        if members
    ]
    return document("HTTP", INTRO, *parts)


def openapi() -> str:
    """The description of the API as JSON, sorted, so that a change shows as what changed."""
    with tempfile.TemporaryDirectory() as home:
        described = create_app(Settings(home=Path(home))).openapi()
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _rows(routes: list[Any]) -> Iterator[tuple[str, ...]]:
    for route in sorted(routes, key=lambda route: (route.path, sorted(route.methods or ()))):
        methods = " ".join(sorted(set(route.methods or ()) - {"HEAD"}))
        asked = ", ".join(code(permission.value) for permission in sorted(declared(route))) or "public"
        yield methods, code(route.path), asked, first_sentence(inspect.getdoc(route.endpoint))
