"""Tables an upper-level platform gives back (回流): a Delta Sharing profile as a source, read in its parquet form.

What comes this way stays the upper level's: its contract says `origin: upper`, so that the hub never publishes or
grants it as its own. The token goes to the registered endpoint alone; files are fetched from signed addresses without.
"""

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote as in_url
from urllib.parse import urlsplit

import duckdb
import httpx
import pyarrow as pa
from deltalake import Schema
from deltalake.exceptions import DeltaError

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, ContractBroken, SourceRefused, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.delta.relation import Part, relation, sql_type
from lake.engines.duckdb import connect, quote
from lake.sources.databases.native import columns_of, projection, stream
from lake.sources.delivery import Delivery, check_columns, column_names
from lake.sources.places.packed import MOST_BYTES
from lake.sources.rest import TIMEOUT, Service

CHUNK = 1 << 20
FILE_SECONDS = 3600.0
READER = 1  # the newest table protocol whose files can be read one by one, without their log
CAPABILITIES = {"delta-sharing-capabilities": "responseformat=parquet"}
UPPER = "upper"


@dataclass(frozen=True)
class Shared:
    """One version of a shared table: its columns, those kept out of the files, and its `file` lines."""

    version: str
    schema: pa.Schema
    partitions: tuple[str, ...]
    metadata: dict[str, Any]
    files: tuple[dict[str, Any], ...]

    @property
    def rows(self) -> int | None:
        """Rows as the platform counts them, when it counts every file."""
        counted: list[Any] = [_stats(file).get("numRecords") for file in self.files]
        return sum(counted) if all(isinstance(rows, int) for rows in counted) else None


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """The newest version of the contract's locator, `share.schema.table`, whole; position: table and version.

    Location: the profile's endpoint. Secret: the content of the profile file (bearerToken, expirationTime). System
    option file_hosts: hosts (with port) besides the endpoint's from which the platform hands out files.
    """
    if contract.origin != UPPER:
        raise _undeclared(contract)
    _check_profile(spec)
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    with httpx.Client(base_url=spec.location, timeout=TIMEOUT, headers=_proof(spec)) as client:
        shared = _query(Service(client, spec), contract)
    (keep / "table.json").write_text(json.dumps(shared.metadata, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    with httpx.Client(timeout=TIMEOUT) as client:
        parts = [_fetched(client, spec, shared, file, keep) for file in shared.files]
    reader, new = _rows(settings, shared, parts, contract)
    kept = tuple(sorted(path for path in keep.iterdir() if path.is_file()))
    position = f"{UPPER}:{contract.locator}@{shared.version}"
    return Delivery(reader, position, kept, new_columns=new, expected=shared.rows)


def _proof(spec: SystemSpec) -> dict[str, str]:
    return {"Authorization": f"Bearer {spec.secret.get('bearerToken', '')}", **CAPABILITIES}


def _check_profile(spec: SystemSpec) -> None:
    told = spec.secret.get("endpoint", "").rstrip("/")
    if told and told != spec.location.rstrip("/"):
        raise ConfigurationError(
            f"系统 {spec.code} 登记的地址与凭据文件中的 endpoint 不同。请按凭据文件重新登记。",
            f"The location of system {spec.code} is not the endpoint in its profile file. Register it as that says.",
            code="profile_of_another",
            system=spec.code,
        )
    until = spec.secret.get("expirationTime")
    if until and _moment(spec, until) <= datetime.now(UTC):
        raise SourceRefused(
            f"系统 {spec.code} 的共享凭据已过期。请向上级平台申请新的凭据并重新登记。",
            f"The sharing profile of system {spec.code} has expired. Ask the upper-level platform for a new one and"
            " register it.",
            code="profile_expired",
            system=spec.code,
        )


def _moment(spec: SystemSpec, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ConfigurationError(
            f"系统 {spec.code} 的凭据中 expirationTime 不是时间。请按凭据文件重新登记。",
            f"In the profile of system {spec.code}, expirationTime is no moment. Register it as the file says.",
            code="profile_invalid",
            system=spec.code,
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _query(service: Service, contract: Contract) -> Shared:
    names = contract.locator.split(".")
    if len(names) != 3 or not all(names):
        raise ConfigurationError(
            f"数据集 {contract.dataset} 的 physicalName 应写成 共享.模式.表。请改正契约。",
            f"The physicalName of {contract.dataset} should be share.schema.table. Correct the contract.",
            code="locator_invalid",
            dataset=contract.dataset,
        )
    share, schema, table = (in_url(name, safe="") for name in names)
    answer = service.send("POST", f"shares/{share}/schemas/{schema}/tables/{table}/query", json={})
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise service.refused()
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise _missing(contract)
    try:
        return _parsed(answer)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, DeltaError, httpx.InvalidURL):
        raise _strange(contract) from None


def _parsed(answer: httpx.Response) -> Shared:
    """Raises ValueError, LookupError, TypeError, ... for an answer that is not of the protocol, or of a newer one."""
    lines = [json.loads(line) for line in answer.text.splitlines() if line.strip()]
    if not answer.is_success or lines[0]["protocol"]["minReaderVersion"] > READER:
        raise ValueError
    metadata = lines[1]["metaData"]
    schema = pa.schema(Schema.from_json(metadata["schemaString"]).to_arrow())
    for item in schema:
        sql_type(item.type)  # LookupError for a type the hub has no column of
    files = tuple(_checked(line["file"]) for line in lines[2:] if "file" in line)
    if sum(file["size"] for file in files) > MOST_BYTES:
        raise ValueError
    return Shared(
        version=str(int(answer.headers["Delta-Table-Version"])),
        schema=schema,
        partitions=tuple(metadata.get("partitionColumns") or ()),
        metadata=metadata,
        files=tuple(sorted(files, key=lambda file: str(file["id"]))),
    )


def _checked(file: Any) -> dict[str, Any]:
    """A `file` line as the protocol has it; raises for any other: nothing of it is used unseen afterwards."""
    values = file.get("partitionValues") or {}
    texts = [str(file["id"]), file["url"], *values, *(value for value in values.values() if value is not None)]
    rows = _stats(file).get("numRecords", 0)
    if not all(isinstance(text, str) for text in texts) or not all(type(one) is int for one in (file["size"], rows)):
        raise TypeError
    if min(file["size"], rows) < 0 or httpx.URL(file["url"]).fragment or urlsplit(file["url"]).fragment:
        raise ValueError  # both raise for what is no address at all
    return dict(file)


def _stats(file: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(file.get("stats") or "{}"))


def _fetched(client: httpx.Client, spec: SystemSpec, shared: Shared, file: dict[str, Any], keep: Path) -> Part:
    """One file of the table, kept under its id: the platform gives the same id to the same content."""
    address = urlsplit(str(file["url"]))
    _check_host(spec, address.scheme, address.netloc)
    name = hashlib.sha256(str(file["id"]).encode()).hexdigest()[:32]
    if re.fullmatch(r"[A-Za-z0-9_-]{1,120}", str(file["id"])):
        name = str(file["id"])
    target = keep / f"{name}.parquet"
    service = Service(client, spec)
    try:
        whole = _written(client, service, file, target)
    except (httpx.RequestError, httpx.InvalidURL):
        raise service.unreachable() from None
    if not whole or target.stat().st_size != file["size"]:
        raise service.unreachable()
    values = {name: (file.get("partitionValues") or {}).get(name) for name in shared.partitions}
    return Part(str(target), target.name, int(file["size"]), 0, values, None)


def _written(client: httpx.Client, service: Service, file: dict[str, Any], target: Path) -> bool:
    """Whether the file came, and no byte beyond what was announced; it has an hour."""
    ends = service.clock() + FILE_SECONDS
    with client.stream("GET", file["url"]) as answer, target.open("wb") as copy:
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise service.refused()
        left = int(file["size"])
        for chunk in answer.iter_bytes(CHUNK):
            if len(chunk) > left or service.clock() > ends:
                return False  # a body without an end must not fill the disk
            left -= copy.write(chunk)
        return answer.is_success


def _check_host(spec: SystemSpec, scheme: str, host: str) -> None:
    """A platform names where its files lie; it must not send the hub to any other place, or from https to http."""
    here = urlsplit(spec.location)
    given = spec.options.get("file_hosts", "")
    others = {str(one).strip() for one in (given if isinstance(given, list) else str(given).split(","))}
    if host not in {here.netloc, *others} or (scheme != here.scheme and scheme != "https"):
        raise SourceRefused(
            f"上级平台（系统 {spec.code}）给出的文件地址不在登记的主机上，未予读取。"
            "如属正常，请用选项 file_hosts 登记该主机。",
            f"The upper-level platform of system {spec.code} names files on a host that is not registered; they were"
            " not fetched. If that is meant, register the host as option file_hosts.",
            code="file_host_unknown",
            system=spec.code,
        )


def _rows(
    settings: Settings, shared: Shared, parts: list[Part], contract: Contract
) -> tuple[pa.RecordBatchReader, tuple[str, ...]]:
    broken = partial(_broken, contract)
    typed = ", ".join(f"{quote(item.name)}::{sql_type(item.type)} AS {quote(item.name)}" for item in shared.schema)
    source = f"(SELECT {typed} FROM {relation(shared.schema, shared.partitions, parts)} AS stored)"
    new = check_columns(contract, column_names(shared.schema.names), contract.locator)
    connection = connect(settings, functions=False)
    try:
        columns = columns_of(connection, source)
    except duckdb.Error as error:
        connection.close()
        raise broken(error) from None
    return stream(connection, f"SELECT {projection(columns, contract)} FROM {source} AS shared", [], broken), new


def _undeclared(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"数据集 {contract.dataset} 来自上级平台，但契约没有写明 origin: upper。"
        "请改正契约：回流数据不得作为本级数据再共享。",
        f"Dataset {contract.dataset} comes from an upper-level platform, but its contract does not say origin: upper."
        " Correct it: what flows back is not shared again as our own.",
        code="origin_undeclared",
        dataset=contract.dataset,
    )


def _missing(contract: Contract) -> SourceUnreadable:
    return SourceUnreadable(
        f"上级平台没有把 {contract.locator} 共享给本级。请核对契约中的名称，或向上级平台申请。",
        f"The upper-level platform does not share {contract.locator} with this hub. Check the name in the contract, or"
        " apply for it.",
        code="share_missing",
        dataset=contract.dataset,
    )


def _strange(contract: Contract) -> SourceUnreadable:
    return SourceUnreadable(
        f"上级平台对 {contract.locator} 的回答不是可读的 Delta Sharing 格式（parquet，读协议 1）。请联系上级平台。",
        f"The upper-level platform's answer for {contract.locator} is not Delta Sharing as it can be read here"
        " (parquet, reader version 1). Ask that platform.",
        code="share_unreadable",
        dataset=contract.dataset,
    )


def _broken(contract: Contract, _error: Exception) -> SourceUnreadable:
    return SourceUnreadable(
        f"上级平台提供的 {contract.locator} 的文件无法读取。请重新运行；仍不行时联系上级平台。",
        f"A file of {contract.locator} from the upper-level platform cannot be read. Run again; if that does not help,"
        " ask that platform.",
        code="share_file_unreadable",
        dataset=contract.dataset,
    )
