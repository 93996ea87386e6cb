"""Learn what small hubs weigh their records by: `python -m benchmarks.learn_start HOME BASE [FILE]`.

HOME: a hub whose base BASE (population, legal_person) has many records, as a city of the demo leaves one. Its records
are learnt from as a hub of that size does, without truth. FILE (lake/matching/models/<task>.start.json) is written if
named; printed is by how many bits each level differs from the start in use, so anybody may see where that came from.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from catalog.settings import Settings
from lake.bases import inputs, matched, matched_base
from lake.bases.resolution import open_records
from lake.engines.duckdb import connect
from lake.matching.model import load_task
from lake.matching.resolve import resolve
from lake.matching.trained import Model, load_start, save_start
from lake.matching.training import searched


def learn(settings: Settings, name: str) -> tuple[Model, int, float]:
    """The model the records of base `name` teach, the records searched for, and the pairs there could be of them."""
    pinned = inputs.newest(settings, matched_base(name))
    identity = pinned.model.identity
    assert identity is not None, "only bases with entities have a model"
    extensions = ("spatial",) if pinned.model.spatial else ()
    with connect(settings, extensions=extensions, building=True) as connection:
        pinned.open(connection)
        open_records(connection, pinned, identity)
        found = resolve(connection, "base_record", load_task(identity.task), prefix=identity.prefix)
        return found.model, *searched(connection)


def differences(model: Model) -> dict[str, list[float]]:
    """Column -> bits each level weighs more in `model` than in the start in use, from nothing in common to equal."""
    start = load_start(model.task.name)
    if start is None:
        return {}
    found = {}
    for name, mine in model.learnt.m.items():
        theirs = np.log2(start.learnt.m[name] / start.learnt.u[name])
        found[name] = np.round(np.log2(mine / model.learnt.u[name]) - theirs, 2).tolist()
    return found


def main(home: Path, name: str, file: Path | None) -> dict[str, Any]:
    """Learn, write `file` if there is one, and tell what differs from the start in use."""
    model, loose, possible = learn(Settings(home=home), name)
    if file is not None:
        save_start(model, file, loose=loose, possible=possible)
    return {"searched": loose, "threshold": model.threshold, "more_bits": differences(model)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learn_start", description="What a hub's records teach.")
    parser.add_argument("home", type=Path, help="folder of the hub")
    parser.add_argument("base", choices=[model.name for model in matched()], help="a base with entities")
    parser.add_argument("file", type=Path, nargs="?", help="file of the start to write")
    given = parser.parse_args()
    print(json.dumps(main(given.home, given.base, given.file), indent=1))
