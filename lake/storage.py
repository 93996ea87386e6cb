"""Where table files are put: a folder of this machine, or an S3-compatible store named by the settings.

Gives every part of the lake the same view of both (pyarrow filesystem, delta-rs options). Knows nothing of tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyarrow import fs

from catalog.errors import ConfigurationError, Unavailable
from catalog.settings import Settings
from lake.layout import REMOTE, is_remote

CONNECT_SECONDS = 10
ANSWER_SECONDS = 30


def delta_options(uri: str, settings: Settings | None) -> dict[str, str] | None:
    """The options delta-rs needs for `uri`; None for a local folder.

    delta-rs commits to S3 by conditional put, so two writers never overwrite each other's version.
    """
    if not is_remote(uri):
        return None
    given = _required(settings)
    options = {
        "AWS_ACCESS_KEY_ID": given.s3_access_key,
        "AWS_SECRET_ACCESS_KEY": given.s3_secret_key,
        "AWS_REGION": given.s3_region,
        "AWS_ALLOW_HTTP": str(given.s3_allow_http).lower(),
    }
    if given.s3_endpoint:
        options["AWS_ENDPOINT_URL"] = _endpoint(given)
    return options


def filesystem(uri: str, settings: Settings | None) -> tuple[fs.FileSystem, str]:
    """The filesystem `uri` lies on, and its path there. A local folder is made when it is not there yet."""
    if not is_remote(uri):
        Path(uri).mkdir(parents=True, exist_ok=True)
        return fs.LocalFileSystem(), uri
    given = _required(settings)
    endpoint = _endpoint(given) if given.s3_endpoint else ""
    store = s3(key=given.s3_access_key, secret=given.s3_secret_key, region=given.s3_region, endpoint=endpoint)
    return store, uri.removeprefix(REMOTE)


def folders(uri: str, settings: Settings | None) -> list[str]:
    """Names of the folders right below `uri`, sorted; none where there is nothing."""
    if not is_remote(uri) and not Path(uri).is_dir():
        return []
    store, path = filesystem(uri, settings)
    with answering(uri):
        found = store.get_file_info(fs.FileSelector(path, allow_not_found=True))
    return sorted(one.base_name for one in found if one.type == fs.FileType.Directory)


def remove_file(uri: str, settings: Settings) -> bool:
    """Remove one file, wherever it lies; False when it was not there."""
    if not is_remote(uri):
        there = Path(uri).is_file()
        Path(uri).unlink(missing_ok=True)
        return there
    store, path = filesystem(uri, settings)
    with answering(uri):
        if store.get_file_info(path).type != fs.FileType.File:
            return False
        store.delete_file(path)
    return True


@contextmanager
def answering(uri: str) -> Iterator[None]:
    """Say in a sentence when the store of `uri` does not answer; what a disk says passes through."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError:
        if not is_remote(uri):
            raise
        raise Unavailable(
            "数据湖所在的对象存储没有应答或拒绝了访问。请检查 SHUNIU_S3_ENDPOINT、密钥和该服务后重试。",
            "The object store of the lake does not answer, or refused. Check SHUNIU_S3_ENDPOINT, the keys and that"
            " service, and try again.",
            code="store_unavailable",
        ) from None


def s3(*, key: str, secret: str, region: str, endpoint: str) -> fs.S3FileSystem:
    """An S3-compatible store. endpoint: URL, empty for the region's own; key empty: as nobody in particular.

    A store that is away is told within the minute, not waited for.
    """
    return fs.S3FileSystem(
        access_key=key or None,
        secret_key=secret or None,
        anonymous=not key,
        region=region,
        endpoint_override=endpoint or None,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=ANSWER_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=3),
    )


def _endpoint(settings: Settings) -> str:
    if "://" in settings.s3_endpoint:
        return settings.s3_endpoint
    return f"{'http' if settings.s3_allow_http else 'https'}://{settings.s3_endpoint}"


def _required(settings: Settings | None) -> Settings:
    if settings is None or not settings.s3_access_key:
        raise ConfigurationError(
            "数据湖在对象存储上，但没有给出访问密钥。"
            "请设置 SHUNIU_S3_ENDPOINT、SHUNIU_S3_ACCESS_KEY、SHUNIU_S3_SECRET_KEY。",
            "The lake is in an object store, but no access key is given. Set SHUNIU_S3_ENDPOINT, SHUNIU_S3_ACCESS_KEY"
            " and SHUNIU_S3_SECRET_KEY.",
            code="store_not_configured",
        )
    return settings
