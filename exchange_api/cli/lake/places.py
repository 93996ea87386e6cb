"""Which table `shuniu lake` means by zone and name, and what may be done to it there."""

from typing import TYPE_CHECKING, Annotated

import typer

from exchange_api.cli.speaking.speech import say
from lake.layout import PUBLISHED, ZONES, Layout

if TYPE_CHECKING:
    from catalog.errors import NotFound
    from catalog.settings import Settings

Zone = Annotated[str, typer.Argument(help=say(f"库区：{' '.join(ZONES)}", "Zone"))]
Name = Annotated[str, typer.Argument(help=say("表名", "Name of the table"))]
KEPT = frozenset({"raw", "quarantine"})
"""As delivered is kept: their files are rewritten by nobody."""


def uri_of(settings: "Settings", zone: str, name: str) -> str:
    """Where the table lies; raises InvalidInput for a zone there is not, NotFound for a table."""
    from catalog.errors import InvalidInput
    from lake import tables

    if zone not in ZONES:
        raise InvalidInput(
            f"没有库区 {zone}。可用：{' '.join(ZONES)}。",
            f"There is no zone {zone}. Choose one of: {' '.join(ZONES)}.",
            code="zone_unknown",
        )
    place: str = getattr(Layout(settings.lake_url), zone)(name)
    if tables.version(place, settings=settings) is None:
        raise _no_table(settings, zone, name)
    return place


def _no_table(settings: "Settings", zone: str, name: str) -> "NotFound":
    from catalog.errors import NotFound
    from lake import storage
    from lake.bases.wording import meant

    near = meant(name, storage.folders(Layout(settings.lake_url).zone(zone), settings))
    return NotFound(
        f"库区 {zone} 中没有表 {name}{near[0]}。请用 shuniu lake status 查看。",
        f"Zone {zone} has no table {name}{near[1]}. See: shuniu lake status.",
        code="table_missing",
        zone=zone,
        table=name,
    )


def check_unpinned(settings: "Settings", zone: str, name: str) -> None:
    """Raise Conflict while an older version of the table is the published one: its files must stay readable."""
    from catalog import queries
    from catalog.database import open_reader
    from catalog.errors import Conflict
    from lake import tables

    if zone not in PUBLISHED:
        return
    with open_reader(settings) as session:
        pinned = queries.published_all(session).get(name)
    newest = tables.version(uri_of(settings, zone, name), settings=settings)
    if pinned is not None and pinned.delta_version != newest:
        raise Conflict(
            f"{name} 已发布的版本不是最新版本，清理会删掉它的文件。请先发布最新版本，或等它通过质量关。",
            f"The published version of {name} is not its newest: vacuuming would remove its files. Publish the newest"
            " first, or wait until it passes the gate.",
            code="version_published",
            dataset=name,
        )


def check_rewritable(zone: str) -> None:
    """Raise NotAllowed for the zones whose batches are kept as they came."""
    from catalog.errors import NotAllowed

    if zone in KEPT:
        raise NotAllowed(
            f"库区 {zone} 按原样保留每个批次，不能压实。",
            f"Zone {zone} keeps every batch as it came; it is not compacted.",
            code="zone_kept",
        )
