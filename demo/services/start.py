"""Bringing up whatever servers are to be had, and saying why one is not."""

from collections.abc import Callable, Mapping
from pathlib import Path

from catalog.errors import Unavailable
from demo.services import mqtt, mysql, postgresql
from demo.services.service import Service, Services

Start = Callable[[Path, Mapping[str, str] | None], Service | None]
STARTS: dict[str, Start] = {"postgresql": postgresql.start, "mysql": mysql.start, "mqtt": mqtt.start}


def start_services(
    folder: Path, environ: Mapping[str, str] | None = None, *, notes: list[Unavailable] | None = None
) -> Services:
    """Every server that is to be had, each on its own folder under `folder`.

    A server whose binaries are there but which does not come up is left out; its error is appended to `notes`
    (raised when no list is given), after the servers already started were stopped.
    """
    found: dict[str, Service] = {}
    for kind, start in STARTS.items():
        try:
            service = start(folder / kind, environ)
        except Unavailable as error:
            if notes is None:
                Services(**found).stop()
                raise
            notes.append(error)
            continue
        if service:
            found[kind] = service
    return Services(**found)
