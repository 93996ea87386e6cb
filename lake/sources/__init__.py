"""How rows are fetched: one module per kind of department system; what they all give back is a Delivery.

`read` is the one door. Where the rows go then is lake/loading/ingest.py.
"""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from catalog.contracts import Contract
from catalog.errors import ConfigurationError
from catalog.settings import Settings
from catalog.systems import KINDS, SystemSpec
from lake.sources.delivery import Delivery, KeptAside

__all__ = ["KINDS", "Begun", "Delivery", "KeptAside", "Source", "begin", "peek", "read"]


class Source(Protocol):
    """What the module of a kind offers."""

    def read(
        self, settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path, **ahead: Any
    ) -> Delivery:
        """Start one delivery. ahead: `begun`, of kinds that have a KIND."""


class Begun(Protocol):
    """A source that is being reached, in the background."""

    def leave(self) -> None:
        """Let go of it."""


def begin(settings: Settings, spec: SystemSpec, contract: Contract) -> Begun | None:
    """Begin to reach the system while its caller finds out where to go on; None for kinds that gain nothing by it.

    What goes wrong on the way is raised by read(), to which the result is given, or nobody ever asks.
    """
    kind = getattr(_source(spec), "KIND", None)  # of the databases DuckDB has a scanner for
    if kind is None:
        return None
    from lake.sources.databases import scanner  # that module has it loaded; the other kinds never need it

    return scanner.Begun(kind, settings, spec, contract)


def read(
    settings: Settings,
    spec: SystemSpec,
    contract: Contract,
    *,
    since: str | None,
    keep: Path,
    begun: Begun | None = None,
) -> Delivery:
    """Start one delivery of `contract` from system `spec`.

    since: position of the delivery before, None for the first; keep: folder for the files as they came (emptied,
    except what a stream left there unfinished); begun: of begin(). Raises SourceError (and its kinds), ContractBroken,
    ConfigurationError.
    """
    ahead = {} if begun is None else {"begun": begun}
    return _source(spec).read(settings, spec, contract, since=since, keep=keep, **ahead)


def _source(spec: SystemSpec) -> Source:
    if spec.kind not in KINDS:
        raise ConfigurationError(
            f"系统 {spec.code} 的类型未知。请从 {'、'.join(KINDS)} 中选择。",
            f"The kind of system {spec.code} is not known. Choose one of {', '.join(KINDS)}.",
            code="system_kind_unknown",
            system=spec.code,
        )
    # Imported when needed: a run reads one kind of system and should not pay for the drivers of all.
    return cast(Source, import_module(f"lake.sources.{spec.kind}"))


def peek(settings: Settings, spec: SystemSpec, contract: Contract, *, keep: Path, first_only: bool = False) -> Delivery:
    """Look at what would be delivered without taking it: a stream's messages stay with its broker for the real load.

    first_only: of a service with pages, the first is enough.
    """
    told = {"acknowledge": False, "looking": True, "first_only": first_only}
    return read(settings, replace(spec, options={**spec.options, **told}), contract, since=None, keep=keep)
