"""What a read needs to know of a dataset - items, providers, published version - remembered for half a second."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authorization.actions.grants import facts_of
from authorization.obligations import ItemFact
from catalog import queries
from catalog.database import open_reader
from catalog.errors import NotFound
from catalog.settings import Settings

FRESH_SECONDS = 0.5


@dataclass(frozen=True)
class DatasetFacts:
    """A dataset as its newest published version stands. `version` None: nothing is published yet."""

    code: str
    title_zh: str
    title_en: str
    agency: str
    sharing: str
    providers: tuple[str, ...]
    item_providers: Mapping[str, tuple[str, ...]]
    items: tuple[ItemFact, ...]
    version: int | None
    uri: str
    delta_version: int

    def providers_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Agencies whose data the items `names` are made of, sorted; all providers where lineage says nothing."""
        traced = [self.item_providers.get(name) for name in names]
        if not traced or None in traced:
            return self.providers
        return tuple(sorted({agency for found in traced for agency in found or ()})) or self.providers


class Facts:
    """The remembered facts of one process. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, DatasetFacts]] = {}

    def of(self, code: str) -> DatasetFacts:
        """The facts of dataset `code`; raises NotFound."""
        moment = time.monotonic()
        with self._lock:
            known = self._known.get(code)
        if known is not None and moment - known[0] < FRESH_SECONDS:
            return known[1]
        facts = _fetch(self._settings, code)
        with self._lock:
            self._known[code] = (moment, facts)
        return facts

    def forget(self) -> None:
        """Look everything up anew."""
        with self._lock:
            self._known.clear()

    def published(self, code: str) -> DatasetFacts:
        """The same, of a dataset that has a published version; raises NotFound."""
        facts = self.of(code)
        if facts.version is None:
            raise NotFound(
                f"数据集 {code} 还没有发布版本。请稍后再试或联系提供部门。",
                f"Dataset {code} has no published version yet. Try later, or ask the providing department.",
                code="dataset_unpublished",
                dataset=code,
            )
        return facts


def _fetch(settings: Settings, code: str) -> DatasetFacts:
    with open_reader(settings) as session:
        entry = queries.dataset(session, code)
        newest = queries.published(session, code)
        return DatasetFacts(
            code=entry.code,
            title_zh=entry.title_zh,
            title_en=entry.title_en,
            agency=entry.agency,
            # What flowed back from an upper-level platform is not ours to share, whatever stands in the catalogue.
            sharing="none" if entry.origin == "upper" else entry.sharing,
            providers=tuple(entry.providers),
            item_providers=queries.item_providers(session, code),
            items=facts_of(queries.items(session, code), queries.back_flow_items(session, code)),
            version=newest.version if newest else None,
            uri=newest.uri if newest else "",
            delta_version=newest.delta_version if newest else 0,
        )
