"""The contracts' outline: which agency delivers which dataset when. Light enough to be read at every DAG parse.

Only the few values a schedule needs are taken; whether a contract is right is judged by catalog.contracts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from catalog.schedules import is_schedule

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Outline:
    """One dataset of one agency. `schedule` is a cron line in the county's time; empty: only on request.

    watched: files are taken when they arrive (contract option `arrival: watch`).
    """

    dataset: str
    agency: str
    schedule: str
    title_zh: str
    watched: bool = False


def outlines(folder: Path) -> list[Outline]:
    """Outlines of all readable contracts in `folder` (*.odcs.yaml), sorted by agency, then dataset.

    A file that cannot be read is passed over here, so that one broken contract stops no other department;
    `shuniu contract check` and the registration name what is wrong with it.
    """
    found = [outline for path in sorted(folder.glob("*.odcs.yaml")) if (outline := _outline(path)) is not None]
    return sorted(found, key=lambda outline: (outline.agency, outline.dataset))


def _outline(path: Path) -> Outline | None:
    try:
        document = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506  # CSafeLoader is the safe loader in C
        own: dict[str, Any] = {entry["property"]: entry["value"] for entry in document["customProperties"]}
        schedule = str(own.get("schedule", ""))
        return Outline(
            dataset=str(document["id"]),
            agency=str(own["agency"]),
            schedule=schedule if is_schedule(schedule) else "",
            title_zh=str(document["schema"][0].get("businessName", document["id"])),
            watched=dict(own.get("options") or {}).get("arrival") == "watch",
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, IndexError):
        return None
