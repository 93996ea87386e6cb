"""Looking at departments' systems before anything is taken: test, preview, profile. For the commands and the API alike.

Nothing of what is read is stored, and no value is shown: kinds, counts, lengths and shapes are.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.actions import systems
from catalog.actions.runs import Note
from catalog.contracts import Contract, load_contracts
from catalog.database import open_reader
from catalog.errors import HubError, NotFound
from catalog.models import System
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.loading import kept_aside
from lake.profile import Column, glance
from lake.profile import profile as profiled
from lake.sources.databases.sentences import NO_TABLE
from lake.sources.formats import encoding

NOWHERE = {"rest": "/shuniu-connection-test", "upstream": "shuniu.connection.test"}
ANSWERED = frozenset({"file_missing", "source_table_missing", "rest_status", "rest_not_json", "share_missing"})
"""What a system says that is there and lets the hub in, but does not have what `greet` made up."""


@dataclass(frozen=True)
class Probe:
    """What trying to read one dataset came to: (Chinese, English) sentence."""

    dataset: str
    ok: bool
    message: tuple[str, str]


def described(system: System) -> dict[str, Any]:
    """A registered system as it may be shown: whether it has a secret, never the secret."""
    return {
        "code": system.code,
        "agency": system.agency,
        "kind": system.kind,
        "location": system.location,
        "options": dict(system.options),
        "secret": system.secret is not None,
    }


def opened(settings: Settings, code: str) -> SystemSpec:
    """The system `code`, ready to be read; raises NotFound."""
    with open_reader(settings) as session:
        return systems.opened(session, settings=settings, code=code)


def contracts_of(settings: Settings, code: str) -> list[Contract]:
    """The contracts that name system `code`, by dataset."""
    return [one for one in load_contracts(settings.contracts_dir).values() if one.system == code]


def contract_of(settings: Settings, dataset: str) -> Contract:
    """The contract of `dataset`; raises NotFound."""
    contract = load_contracts(settings.contracts_dir).get(dataset)
    if contract is None:
        raise NotFound(
            f"没有数据集 {dataset} 的契约。请用 shuniu contract list 查看。",
            f"There is no contract for dataset {dataset}. See: shuniu contract list.",
            code="contract_unknown",
        )
    return contract


def probes(settings: Settings, spec: SystemSpec, contracts: list[Contract]) -> Iterator[Probe]:
    """Try to read the first rows of each dataset, one after the other."""
    for contract in contracts:
        try:
            columns = first(settings, spec, contract).num_columns
        except HubError as error:
            zh, en = encoding.advice(spec, contract, error)
            yield Probe(contract.dataset, False, (f"{error.zh}{zh}", f"{error.en} {en}".strip()))
        else:
            yield Probe(contract.dataset, True, (f"{columns} 列", f"{columns} columns"))


def preview(settings: Settings, spec: SystemSpec, contract: Contract) -> list[dict[str, Any]]:
    """Per column of the first batch: kind, filled, rows, shortest, longest, and its most frequent shape."""
    return [asdict(column) for column in glance(settings, first(settings, spec, contract))]


def profile(
    settings: Settings, spec: SystemSpec, locator: str, *, options: dict[str, Any], crs: str = ""
) -> tuple[list[Column], Note | None]:
    """Every column of a delivery nobody has described yet, and what a load would say of lines it cannot take."""
    unknown = undescribed(spec, locator, options=options, crs=crs)
    with tempfile.TemporaryDirectory(prefix="shuniu-profile-") as keep:
        delivery = sources.peek(settings, spec, unknown, keep=Path(keep))
        columns = profiled(settings, delivery.reader)
        return columns, kept_aside.told(len(delivery.kept_aside), delivery.kept_aside)


def encoding_to_try(spec: SystemSpec, locator: str, options: dict[str, Any], error: HubError) -> str:
    """The encoding to give as an option after `error`; empty where another one would not help."""
    found = encoding.suspected(spec, undescribed(spec, locator, options=options), error)
    declared = str(options.get("encoding", "utf-8")).lower()
    return found.encoding if found and found.encoding != declared else ""


def greet(settings: Settings, spec: SystemSpec) -> bool:
    """Open the connection or folder of a system no contract names yet. False where that needs one (topics of a broker).

    Raises the HubError of the source when the system is away, refuses, or its place is not there.
    """
    if spec.kind == "mqtt":  # subscribing leaves a session behind at the broker, in the name the real load goes by
        return False
    options = {"query": "SELECT 1 AS connected"} if spec.kind in ("postgresql", "mysql", "sqlite") else {}
    try:
        first(settings, spec, undescribed(spec, NOWHERE.get(spec.kind, NO_TABLE), options=options))
    except HubError as error:
        if error.code not in ANSWERED:
            raise
    return True


def undescribed(spec: SystemSpec, locator: str, *, options: dict[str, Any], crs: str = "") -> Contract:
    """A contract that promises nothing, to look at what nobody has described yet."""
    return Contract(
        dataset="profiled",
        version="0",
        title_zh="",
        title_en="",
        agency=spec.agency,
        system=spec.code,
        mode="snapshot",
        locator=locator,
        watermark=None,
        items=(),
        crs=crs or None,
        origin=origin_of(spec),
        options=options,
    )


def origin_of(spec: SystemSpec) -> str:
    """Whose data a system gives: what comes from an upper-level platform stays its own."""
    return "upper" if spec.kind == "upstream" else "local"


def first(settings: Settings, spec: SystemSpec, contract: Contract) -> pa.Table:
    """The first batch of what `spec` would deliver now. Copies of files go to a temporary folder and are removed."""
    with (
        tempfile.TemporaryDirectory(prefix="shuniu-preview-") as keep,
        closing(sources.peek(settings, spec, contract, keep=Path(keep), first_only=True)) as delivery,
    ):
        for batch in delivery.reader:
            return pa.Table.from_batches([batch])
        return delivery.reader.schema.empty_table()
