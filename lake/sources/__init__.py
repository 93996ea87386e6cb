"""How rows are fetched: one module per kind of department system; what they all give back is a Delivery.

`read` is the one door. Where the rows go then is lake/ingest.py.
"""

from collections.abc import Callable
from pathlib import Path

from catalog.contracts import Contract
from catalog.errors import ConfigurationError
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources import files, mqtt, mysql, ndjson, postgresql, rest, sql, sqlite
from lake.sources.delivery import Delivery, KeptAside

__all__ = ["KINDS", "Delivery", "KeptAside", "read"]

Fetch = Callable[[Settings, SystemSpec, Contract, str | None, Path], Delivery]
KINDS: dict[str, Fetch] = {
    "postgresql": lambda settings, spec, contract, since, _: postgresql.read(settings, spec, contract, since=since),
    "mysql": lambda settings, spec, contract, since, _: mysql.read(settings, spec, contract, since=since),
    "sqlite": lambda settings, spec, contract, since, _: sqlite.read(settings, spec, contract, since=since),
    "sql": lambda _settings, spec, contract, since, _: sql.read(spec, contract, since=since),
    "files": lambda settings, spec, contract, since, keep: files.read(settings, spec, contract, since=since, keep=keep),
    "ndjson": lambda settings, spec, contract, since, keep: ndjson.read(
        settings, spec, contract, since=since, keep=keep
    ),
    "rest": lambda settings, spec, contract, since, keep: rest.read(settings, spec, contract, since=since, keep=keep),
    "mqtt": lambda settings, spec, contract, _, keep: mqtt.read(settings, spec, contract, keep=keep),
}


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Start one delivery of `contract` from system `spec`.

    since: position of the delivery before, None for the first; keep: folder for the files as they came (emptied,
    except what a stream left there unfinished). Raises SourceError (and its kinds), ContractBroken, ConfigurationError.
    """
    fetch = KINDS.get(spec.kind)
    if fetch is None:
        raise ConfigurationError(
            f"系统 {spec.code} 的类型未知。请从 {'、'.join(KINDS)} 中选择。",
            f"The kind of system {spec.code} is not known. Choose one of {', '.join(KINDS)}.",
            code="system_kind_unknown",
            system=spec.code,
        )
    return fetch(settings, spec, contract, since, keep)
