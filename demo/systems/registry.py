"""All departments' systems at once: start the servers, fill them, say how the hub reaches each, stop everything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from catalog.errors import Unavailable
from catalog.systems import SystemSpec
from demo.city.context import AS_OF
from demo.services.service import Services
from demo.services.start import start_services
from demo.systems import approval, files, health, hrss, insurance, market, police, streams
from demo.systems.place import Deliveries, Place

Progress = Callable[[str, float], None]
"""Called with what is being filled and the share done, 0 to 1."""

FILLS: dict[str, Callable[[Place, Deliveries], None]] = {
    "police": police.fill,
    "market": market.fill,
    "health": health.fill,
    "hrss": hrss.fill,
    "approval": approval.fill,
    "streams": streams.fill,
    "files": files.fill,
}


@dataclass
class Systems:
    """The departments' systems while they run. `notes` are the errors of servers that did not come up."""

    specs: dict[str, SystemSpec]
    notes: list[Unavailable] = field(default_factory=list)
    _stops: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def stop(self) -> None:
        """End every process started here; data stay for the next start. A second call does nothing."""
        while self._stops:
            self._stops.pop()()


def fill(
    folder: Path, home: Path, services: Services, *, as_of: date = AS_OF, progress: Progress | None = None
) -> None:
    """Put the deliveries in `folder` (`deliveries/<dataset>.parquet`) into every department's system under `home`.

    Replaces what an earlier run put there. Raises NotFound for a delivery that was not generated.
    """
    place, deliveries = Place(home, services), Deliveries(folder, as_of)
    for number, (name, fill_one) in enumerate(FILLS.items()):
        if progress:
            progress(name, number / len(FILLS))
        fill_one(place, deliveries)
    if progress:
        progress("", 1.0)


def start_all(
    home: Path,
    *,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    as_of: date = AS_OF,
    progress: Progress | None = None,
) -> Systems:
    """Start every server that is to be had and the departments' services, filled from `folder` if it is given.

    Without `folder` the systems come back with the data of the last fill, on new ports. A server whose binaries are
    there but which does not come up is replaced by files and its error kept in `notes`. Whatever was started is
    stopped again when anything else fails.
    """
    home = home.resolve()
    notes: list[Unavailable] = []
    services = start_services(home / "demo" / "services", environ, notes=notes)
    systems = Systems({}, notes, [services.stop])
    try:
        place = Place(home, services)
        if folder:
            fill(folder, home, services, as_of=as_of, progress=progress)
        service = insurance.run(place.folder("hrss"))
        systems._stops.append(service.stop)
        systems.specs.update({spec.code: spec for spec in all_specs(place, service.url)})
    except BaseException:
        systems.stop()
        raise
    return systems


def all_specs(place: Place, insurance_url: str) -> list[SystemSpec]:
    """How the hub reaches each system as it runs now."""
    modules = (police.specs, market.specs, health.specs, approval.specs, files.specs, streams.specs)
    return [spec for specs in modules for spec in specs(place)] + hrss.specs(place, insurance_url)
