"""Files under a prefix of an S3-compatible store: found by the contract's pattern, fetched as they are, then read."""

from pathlib import Path, PurePosixPath

from pyarrow import fs

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, HubError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import storage
from lake.layout import REMOTE, is_remote
from lake.sources.delivery import Delivery
from lake.sources.places import remote
from lake.sources.places.remote import Entry

CHUNK = 4 << 20
REFUSED = ("access_denied", "signature_does_not_match", "invalid_access_key_id", "forbidden", "expired_token")
MISSING = ("no_such_bucket", "no_such_key", "path does not exist")
UNREACHABLE = ("network_connection", "curlcode", "timeout", "service_unavailable", "slow_down", "internal_failure")


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """All objects under the prefix that meet the contract's locator. Location: s3://bucket/prefix.

    Secret: access_key, secret_key (none: a public bucket). System options: endpoint (URL of the store; the region's own
    when not given), region (us-east-1).
    """
    return remote.take(settings, Prefix(spec), contract, since=since, keep=keep)


class Prefix:
    """A prefix of a bucket, as lake.sources.places.remote walks it."""

    def __init__(self, spec: SystemSpec) -> None:
        self._spec = spec
        self._root = PurePosixPath(_bucket(spec))
        self._store = storage.s3(
            key=spec.secret.get("access_key", ""),
            secret=spec.secret.get("secret_key", ""),
            region=str(spec.options.get("region", "us-east-1")),
            endpoint=str(spec.options.get("endpoint", "")),
        )

    def entries(self, folder: PurePosixPath) -> list[Entry]:
        """What lies directly in `folder`."""
        try:
            listed = self._store.get_file_info(fs.FileSelector(str(self._root / folder)))
        except OSError as error:
            raise _sentence(self._spec, error) from None
        kinds = (fs.FileType.File, fs.FileType.Directory)
        return [
            Entry(folder, found.base_name, found.size or 0, found.mtime_ns or 0, found.type == fs.FileType.Directory)
            for found in listed
            if found.type in kinds
        ]

    def fetch(self, entry: Entry, target: Path) -> None:
        """Copy one object whole."""
        path = str(self._root / entry.path)
        try:
            with self._store.open_input_stream(path) as source, target.open("wb") as copy:
                while chunk := source.read(CHUNK):
                    copy.write(chunk)
                    if copy.tell() > entry.size:
                        raise remote.still_written(entry.name)
            after = self._store.get_file_info(path)
        except OSError as error:
            raise _sentence(self._spec, error) from None
        if (after.size, after.mtime_ns) != (entry.size, entry.changed) or target.stat().st_size != entry.size:
            raise remote.still_written(entry.name)


def _bucket(spec: SystemSpec) -> str:
    if not is_remote(spec.location) or not spec.location.removeprefix(REMOTE).strip("/"):
        raise ConfigurationError(
            f"系统 {spec.code} 的位置应形如 s3://桶/前缀。请重新登记。",
            f"The location of system {spec.code} should look like s3://bucket/prefix. Register it anew.",
            code="location_invalid",
            system=spec.code,
        )
    return spec.location.removeprefix(REMOTE).strip("/")


def _sentence(spec: SystemSpec, error: OSError) -> HubError:
    """What went wrong, in words of ours: what a store says may hold anything."""
    said = str(error).lower()
    if any(sign in said for sign in REFUSED):
        return SourceRefused(
            f"对象存储（系统 {spec.code}）拒绝了访问。请核对访问密钥及其对该桶的只读权限。",
            f"The object store of system {spec.code} refused access. Check the access key and its right to read the"
            " bucket.",
            code="source_refused",
            system=spec.code,
        )
    if any(sign in said for sign in MISSING):
        return SourceUnreachable(
            f"对象存储（系统 {spec.code}）中没有登记的桶或前缀，或文件刚被移走。请核对位置后重新运行。",
            f"The object store of system {spec.code} has no such bucket or prefix, or a file was just moved away. Check"
            " the location and run again.",
            code="folder_missing",
            system=spec.code,
        )
    if any(sign in said for sign in UNREACHABLE):
        return SourceUnreachable(
            f"对象存储（系统 {spec.code}）没有应答，或中途断开。请检查网络和地址（选项 endpoint），恢复后重新运行。",
            f"The object store of system {spec.code} does not answer, or broke off. Check network and address (option"
            " endpoint), and run again.",
            code="source_unreachable",
            system=spec.code,
        )
    return SourceUnreadable(
        f"对象存储（系统 {spec.code}）中的文件无法读取。请部门检查后重新运行。",
        f"A file in the object store of system {spec.code} cannot be read. Ask the department to check it; run again.",
        code="file_unreadable",
        system=spec.code,
    )
