"""Read the share as its recipient, over real HTTP, and knock at every door that must stay shut."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.accounts import GRANTED_ITEMS, PURPOSE, SHARE, Login

PAGE = 500


@dataclass
class Reading:
    """What the recipient got, and how each refusal was answered: name → (status, code)."""

    rows: int = 0
    items: tuple[str, ...] = ()
    calls: int = 0
    sharing_rows: int = 0
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """All rows read, nothing but what was granted, every refusal a refusal."""
        shut = all(status in (401, 403, 404, 422) for status, _ in self.refused.values())
        return self.rows > 0 and set(self.items) <= set(GRANTED_ITEMS) and self.rows == self.sharing_rows and shut


def read_share(url: str, recipient: Login, stranger: Login) -> Reading:
    """Page through the share as `recipient`, read it through Delta Sharing, and try what must be refused."""
    reading = Reading()
    with httpx.Client(base_url=url, timeout=60) as client:
        _read_pages(client, recipient, reading)
        _read_sharing(client, recipient, reading)
        for name, token, params in _attempts(recipient, stranger):
            answer = _records(client, token, **params)
            reading.refused[name] = (answer.status_code, _code(answer))
    return reading


def _records(client: httpx.Client, token: str, **params: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(f"/api/v1/datasets/{SHARE}/records", params={"purpose": PURPOSE, **params}, headers=headers)


def _read_pages(client: httpx.Client, recipient: Login, reading: Reading) -> None:
    page: str | None = None
    while True:
        answer = _records(client, recipient.token, limit=PAGE, **({"page": page} if page else {}))
        answer.raise_for_status()
        body = answer.json()
        reading.calls += 1
        reading.rows += len(body["rows"])
        reading.items = tuple(body["items"])
        page = body["next"]
        if not page:
            return


def _read_sharing(client: httpx.Client, recipient: Login, reading: Reading) -> None:
    headers = {"Authorization": f"Bearer {recipient.token}"}
    tables = client.get("/delta-sharing/shares/housing/all-tables", headers=headers)
    tables.raise_for_status()
    table = next(item for item in tables.json()["items"] if item["name"] == SHARE)
    path = f"/delta-sharing/shares/{table['share']}/schemas/{table['schema']}/tables/{table['name']}/query"
    answer = client.post(path, headers=headers, json={})
    answer.raise_for_status()
    reading.calls += 1
    reading.sharing_rows = sum(_rows_of(line) for line in answer.text.splitlines()[2:])


def _rows_of(line: str) -> int:
    import json

    file = json.loads(line)["file"]
    stats = json.loads(file["stats"])
    return int(stats["numRecords"])


def _attempts(recipient: Login, stranger: Login) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("a column that was not granted", recipient.token, {"columns": "phone"}),
        ("a filter on a masked column", recipient.token, {"filter": "name:eq:x"}),
        ("another purpose", recipient.token, {"purpose": "marketing"}),
        ("a stranger's token", stranger.token, {}),
        ("no token at all", "", {}),
    ]


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code", ""))
    except ValueError:
        return ""
