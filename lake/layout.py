"""From the name of a dataset to where its rows lie. Pure: computes places, touches nothing.

<lake>/raw/<dataset>                 as delivered, every batch kept          (Delta)
<lake>/staging/<dataset>/<batch>.parquet   one batch, standardised, not yet judged (one file)
<lake>/standard/<dataset>            accepted rows                            (Delta)
<lake>/quarantine/<dataset>          rows that broke a blocking rule          (Delta)
<lake>/findings/<dataset>            one row per row and broken rule          (Delta)
<lake>/profile/<dataset>             what published versions look like        (Delta)
<lake>/history/<dataset>             rows with the time they held (SCD 2)      (Delta)
<lake>/base/<name>  topic/<name>  usage/<name>                                (Delta)
"""

import re
from dataclasses import dataclass

from catalog.errors import InvalidInput
from catalog.identifiers import check_dataset_code

BATCH_ID = re.compile(r"^[a-z][a-z0-9_]{1,62}-[0-9a-z]{1,32}-[0-9a-f]{8}$")
REMOTE = "s3://"
ZONES = ("raw", "standard", "quarantine", "findings", "profile", "history", "base", "topic", "usage")
"""Every zone that holds tables; staging holds files."""
PUBLISHED = ("standard", "base", "topic")
"""Zones whose tables are published by version: other versions may go, the published one may not."""


def is_remote(uri: str) -> bool:
    """Whether `uri` lies in an object store rather than in a folder of this machine."""
    return uri.startswith(REMOTE)


def check_batch_id(batch_id: str) -> str:
    """Return `batch_id` if it has the form `<dataset>-<moment>-<8 hex>`, else raise InvalidInput.

    Batch ids become file names, so nothing that could leave its folder is taken.
    """
    if not BATCH_ID.fullmatch(batch_id):
        raise InvalidInput("批次编号格式不对。", "This is not the id of a batch.", code="batch_id_invalid")
    return batch_id


@dataclass(frozen=True)
class Layout:
    """The zones of one lake. `lake_url` is a folder or an s3:// URL; every method returns a place of the same kind."""

    lake_url: str

    def raw(self, dataset: str) -> str:
        """The table that holds every batch of `dataset` as it was delivered (归集库)."""
        return self._place("raw", dataset)

    def staging(self, dataset: str, batch_id: str) -> str:
        """The Parquet file of one batch between standardisation and judgement."""
        return f"{self._place('staging', dataset)}/{check_batch_id(batch_id)}.parquet"

    def standard(self, dataset: str) -> str:
        """The table of accepted rows (治理库)."""
        return self._place("standard", dataset)

    def quarantine(self, dataset: str) -> str:
        """The table of rows kept back by a blocking rule (隔离区)."""
        return self._place("quarantine", dataset)

    def findings(self, dataset: str) -> str:
        """The table of findings: one row per row and rule it broke (质量问题)."""
        return self._place("findings", dataset)

    def profile(self, dataset: str) -> str:
        """The table of profiles: one row per published version and column (数据画像)."""
        return self._place("profile", dataset)

    def history(self, dataset: str) -> str:
        """The table of rows with the time each of them held, where the contract asks for it (历史拉链表)."""
        return self._place("history", dataset)

    def base(self, name: str) -> str:
        """A base database (基础库)."""
        return self._place("base", name)

    def topic(self, name: str) -> str:
        """A topic database (主题库)."""
        return self._place("topic", name)

    def usage(self, name: str) -> str:
        """A table of uses, made from sealed audit segments (调用情况)."""
        return self._place("usage", name)

    def zone(self, zone: str) -> str:
        """The place in which the tables of a zone lie, each by its name."""
        return f"{self.lake_url.rstrip('/')}/{zone}"

    def found(self, zone: str, name: str) -> str:
        """A table by the names under which it was found: of a folder that is there, nothing is checked."""
        return f"{self.zone(zone)}/{name}"

    def _place(self, zone: str, name: str) -> str:
        return self.found(zone, check_dataset_code(name))
