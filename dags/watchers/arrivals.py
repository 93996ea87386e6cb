"""The watcher of places where files arrive (a folder, SFTP, S3): an event of Airflow's for a dataset that asks for it.

It runs in Airflow's triggerer, one for all; no task waits for a file. Contracts ask by option `arrival: watch`.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from catalog.settings import Settings

SECONDS = 15.0
ELSEWHERE_SECONDS = 60.0  # a department's own server is asked less often than a folder of this machine


class Arrival(BaseEventTrigger):
    """Fires when the files of `dataset` are newer than its last collection and have stayed the same for two looks."""

    def __init__(self, dataset: str, seconds: float = SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.dataset = dataset
        self.seconds = seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What makes this trigger again in the triggerer; never a place or a login."""
        return "dags.watchers.arrivals.Arrival", {"dataset": self.dataset, "seconds": self.seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event for every arrival; a place or registry that is away for a while is no arrival."""
        from dags.steps.arrival import Arrivals

        arrivals = Arrivals(self.dataset)
        while True:
            try:
                mark = await asyncio.to_thread(arrivals.look, Settings.from_environ())
            except Exception as error:  # a registry that is started anew, a driver's own: the watcher outlives them all
                self.log.warning("cannot look for files of %s (%s)", self.dataset, type(error).__name__)
                mark = ""
            if mark:
                yield TriggerEvent({"dataset": self.dataset, "mark": mark})  # type: ignore[no-untyped-call]
            await asyncio.sleep(self.seconds if arrivals.near else max(self.seconds, ELSEWHERE_SECONDS))


def watched(dataset: str) -> Asset:
    """The asset that an arrival of files for `dataset` updates."""
    watcher = AssetWatcher(name=f"arrival_{dataset}", trigger=Arrival(dataset))
    return Asset(f"shuniu://arrived/{dataset}", watchers=[watcher])
