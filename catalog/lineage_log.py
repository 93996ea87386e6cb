"""The hub's own record of OpenLineage events, and their way to a Marquez-compatible receiver named in the settings.

<home>/lineage/<year>-<month>.jsonl   one event a line, appended, never changed; old months may be thrown away
<home>/lineage/sent                   the month and byte the receiver has; what it missed goes out with the next event
"""

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from catalog.settings import Settings

log = logging.getLogger(__name__)
FOLDER = "lineage"
ENDPOINT = "/api/v1/lineage"
SECONDS = 5.0
AT_ONCE = 500  # events of one step's patience: a receiver that was away for long is caught up with step by step


def emit(settings: Settings, event: dict[str, Any]) -> None:
    """Record an event; send it, and what could not be sent before, where a receiver is named.

    A receiver that is away is no reason for a step to fail: its events wait here.
    """
    folder = settings.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{event['eventTime'][:7]}.jsonl").open("ab") as stream:
        stream.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")
    if settings.lineage_url:
        send_waiting(settings)


def send_waiting(settings: Settings) -> int:
    """Send what the receiver does not have yet, oldest first; how many went. Another process sending: none."""
    months = _months(settings)
    if not settings.lineage_url or not months:
        return 0
    with _alone(settings.home / FOLDER / "sending.lock") as alone:
        return _send(settings, months) if alone else 0


def _send(settings: Settings, months: list[Path]) -> int:
    sent = settings.home / FOLDER / "sent"
    month, _, position = (sent.read_text(encoding="ascii") if sent.exists() else " 0").partition(" ")
    went, place = 0, int(position)
    with _client(settings) as client:
        for path in months:
            if path.stem < month:
                continue
            place = place if path.stem == month else 0
            for line in _lines(path, place):
                if went == AT_ONCE or not _sent(client, line):
                    return went
                place, went = place + len(line), went + 1
                _remember(sent, f"{path.stem} {place}")
    return went


def read(settings: Settings, *, dataset: str = "", limit: int = 100) -> list[dict[str, Any]]:
    """The newest events first; only those of jobs and tables called `dataset` where it is given."""
    found: list[dict[str, Any]] = []
    for path in reversed(_months(settings)):
        for line in reversed(list(_lines(path, 0))):
            if len(found) == limit:
                return found
            event: dict[str, Any] = json.loads(line)
            if not dataset or _about(event, dataset):
                found.append(event)
    return found


def _months(settings: Settings) -> list[Path]:
    return sorted((settings.home / FOLDER).glob("*.jsonl"))


def _lines(path: Path, start: int) -> Iterator[bytes]:
    """Whole lines from byte `start`: one that is being written now is not there yet."""
    with path.open("rb") as stream:
        stream.seek(start)
        yield from (line for line in stream if line.endswith(b"\n"))


def _about(event: dict[str, Any], dataset: str) -> bool:
    tables = [str(table["name"]).rpartition("/")[2] for table in (*event["inputs"], *event["outputs"])]
    return dataset in (str(event["job"]["name"]).rpartition(".")[2], *tables)


def _client(settings: Settings) -> httpx.Client:
    headers = {"Content-Type": "application/json"}
    if settings.lineage_key:
        headers["Authorization"] = f"Bearer {settings.lineage_key}"
    return httpx.Client(base_url=settings.lineage_url.rstrip("/"), headers=headers, timeout=SECONDS)


def _sent(client: httpx.Client, line: bytes) -> bool:
    try:
        answer = client.post(ENDPOINT, content=line)
    except httpx.HTTPError as error:
        log.warning("the lineage receiver does not answer (%s); events wait", type(error).__name__)
        return False
    if answer.is_success:
        return True
    log.warning("the lineage receiver refused an event (%s)", answer.status_code)
    # One that it will never take must not hold up all that follow; it stays on record here.
    return 400 <= answer.status_code < 500 and answer.status_code not in (401, 403, 404, 408, 429)


def _remember(sent: Path, place: str) -> None:
    part = sent.with_suffix(".part")
    part.write_text(place, encoding="ascii")
    part.replace(sent)


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
