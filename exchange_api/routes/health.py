"""Is the process alive, can it work, how much did it answer? No data value, no name of a dataset stands in here."""

from fastapi import APIRouter, Response
from sqlalchemy import text

from catalog.database import open_reader
from catalog.errors import Unavailable
from exchange_api.dependencies import TheHub
from exchange_api.responses import answer

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


@router.get("/readyz")
def ready(hub: TheHub) -> Response:
    """Registry and audit trail are there; 503 with a sentence otherwise."""
    try:
        with open_reader(hub.settings) as session:
            session.execute(text("SELECT number FROM access_revision"))
    except Exception:  # whatever the database says, the answer is the same and holds none of its text
        raise Unavailable(
            "登记库暂时不可用。", "The registry cannot be reached now.", code="registry_unreachable"
        ) from None
    return answer({"status": "ready", "node": hub.trail.node})


@router.get("/metrics")
def metrics(hub: TheHub) -> Response:
    """Answers of this process by route and status, in Prometheus' text form."""
    lines = [
        "# HELP shuniu_http_requests_total Answers by method, route and status.",
        "# TYPE shuniu_http_requests_total counter",
    ]
    for (method, route, status), count in sorted(hub.requests.items()):
        labels = f'method="{method}",route="{route}",status="{status}",node="{hub.trail.node}"'
        lines.append(f"shuniu_http_requests_total{{{labels}}} {count}")
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")
