"""The human-resources department's own service: insured persons page by page, for clients that prove who they are.

A program of the department, not of the hub: it runs as its own process and reads its own file. Client credentials by
RFC 6749 section 4.4, bearer tokens by RFC 6750. Faults for tests are read from faults.json on every request.
"""

import base64
import binascii
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote_plus

import pyarrow as pa
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

FOLDER_VARIABLE = "SHUNIU_DEMO_INSURANCE"
DATA, CLIENT, FAULTS = "insured.arrow", "client.json", "faults.json"
TOKEN_SECONDS = 1_800
LARGEST_PAGE = 5_000


@dataclass(frozen=True)
class Faults:
    """What the service does wrong on request: it is down, forgets tokens, loses a column, breaks its JSON, is slow."""

    unavailable: bool = False
    refuse_tokens: bool = False
    lost_column: str = ""
    broken_json: bool = False
    fail_from_page: int = 0
    delay_seconds: float = 0.0

    @classmethod
    def read(cls, path: Path) -> "Faults":
        """The faults switched on in `path`; none when it is not there."""
        given: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return cls(**{field.name: given[field.name] for field in fields(cls) if field.name in given})


class Tokens:
    """Bearer tokens handed out, each with the time it ends (seconds of a monotonic clock)."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}

    def issue(self) -> str:
        """A new token, good for TOKEN_SECONDS."""
        token = secrets.token_urlsafe(32)
        self._ends[token] = time.monotonic() + TOKEN_SECONDS
        return token

    def valid(self, token: str) -> bool:
        """Whether `token` was issued here and has not ended."""
        return self._ends.get(token, 0.0) > time.monotonic()


def create_app(folder: Path | None = None) -> FastAPI:
    """The service over `folder` (default: the one SHUNIU_DEMO_INSURANCE names, for the server's factory)."""
    place = folder or Path(os.environ[FOLDER_VARIABLE])
    insured = pa.ipc.open_file(pa.memory_map(str(place / DATA))).read_all()
    client: dict[str, str] = json.loads((place / CLIENT).read_text(encoding="utf-8"))
    tokens = Tokens()
    app = FastAPI(title="参保信息服务", docs_url=None, redoc_url=None, openapi_url=None)

    def faults() -> Faults:
        found = Faults.read(place / FAULTS)
        time.sleep(found.delay_seconds)
        if found.unavailable:
            raise HTTPException(503, "系统维护中")
        return found

    @app.post("/oauth/token")
    async def token(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if faults().refuse_tokens or not _proves(request, form, client):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        answer = {"access_token": tokens.issue(), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    @app.get("/api/insured")
    def page(
        request: Request,
        found: Annotated[Faults, Depends(faults)],
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 500,
    ) -> Response:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not tokens.valid(bearer):
            return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        if found.fail_from_page and page >= found.fail_from_page:
            return JSONResponse({"error": "internal"}, 500)
        rows = insured.slice((page - 1) * size, size).to_pylist()
        answer = {"total": insured.num_rows, "page": page, "size": size, "rows": _without(rows, found.lost_column)}
        text = json.dumps(answer, ensure_ascii=False, default=str)
        return Response(text[: len(text) // 2] if found.broken_json else text, media_type="application/json")

    return app


def _proves(request: Request, form: Mapping[str, str], client: Mapping[str, str]) -> bool:
    """Whether the caller is the registered client, by HTTP Basic or in the form (RFC 6749 section 2.3.1)."""
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        name, secret = unquote_plus(name), unquote_plus(secret)
    same = secrets.compare_digest(name.encode(), client["client_id"].encode())
    return secrets.compare_digest(secret.encode(), client["client_secret"].encode()) and same


def _without(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != column} for row in rows] if column else rows


def serve(folder: Path, port: int) -> None:
    """Serve `folder` on 127.0.0.1:`port` until the process is told to end."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ[FOLDER_VARIABLE] = str(folder)
    target = "demo.systems.insurance_service:create_app"
    Granian(target, factory=True, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False).serve()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
