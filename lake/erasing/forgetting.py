"""Tables an erasure empties whole: nobody could tell which rows are the person's, and builds make them anew."""

import json
from collections.abc import Mapping, Sequence

from catalog.settings import Settings
from lake import bases, storage, tables
from lake.bases import inputs
from lake.bases.declared import PREFIX
from lake.bases.model import BaseModel
from lake.erasing.rules import FORGOTTEN
from lake.layout import Layout

Place = tuple[str, str]
"""Zone and name of a table."""


def forget_texts(settings: Settings, places: Sequence[Place], number: int) -> None:
    """Empty what holds texts that nobody says any more: whose they were nobody can tell, so they are no rows of theirs
    to be counted either."""
    for zone, name in places:
        uri = Layout(settings.lake_url).found(zone, name)
        if zone == "base" and name in FORGOTTEN and tables.rows(uri, settings=settings):
            _empty(settings, uri, number)


def forget_topics(settings: Settings, places: Sequence[Place], number: int) -> None:
    """Empty the declared topics that read a table which was rewritten: their SQL may have made anything of a person, a
    number in two halves or a digest, that no rule finds. The next build makes them anew.

    Told by the versions they were built from, so a run that broke off is gone on with. One that was taken out, or whose
    files are refused as they stand, has its rows still: nobody says what they were made of, so it is emptied as well.
    """
    known = bases.known(settings)
    # In the order of building: one that reads another one comes after it.
    order = {name: place for place, name in enumerate(known)}
    for name in sorted((name for zone, name in places if zone == "topic"), key=lambda name: order.get(name, 0)):
        model, uri = known.get(name), Layout(settings.lake_url).found("topic", name)
        declared = model.contract is not None if model else name.startswith(PREFIX)
        if not declared or not tables.rows(uri, settings=settings):
            continue
        if model is None or _built_from(settings, uri) != _read_now(settings, model, known):
            _empty(settings, uri, number)


def emptied_topics(settings: Settings, number: int) -> list[str]:
    """The topics that stand empty because erasure `number` emptied them and no build came since, by name."""
    names = storage.folders(Layout(settings.lake_url).zone("topic"), settings)
    return [
        name
        for name in sorted(names)
        if _last_run(settings, Layout(settings.lake_url).found("topic", name)) == _run(number)
    ]


def _empty(settings: Settings, uri: str, number: int) -> None:
    nothing = tables.schema(uri, settings=settings).empty_table()
    tables.write(uri, nothing, run_id=_run(number), settings=settings)


def _run(number: int) -> str:
    return f"forget:{number}"


def _last_run(settings: Settings, uri: str) -> str:
    """The run that wrote a table last; what a vacuum notes down is no run."""
    there = tables.version(uri, settings=settings) is not None
    commits = tables.history(uri, settings=settings) if there else []
    return next((str(commit["run_id"]) for commit in commits if "run_id" in commit), "")


def _read_now(settings: Settings, model: BaseModel, known: Mapping[str, BaseModel]) -> dict[str, int]:
    """Input -> the version that a build would read."""
    versions = inputs.newest(settings, model, known).versions
    return {name: version for name, version in versions.items() if version is not None}


def _built_from(settings: Settings, uri: str) -> dict[str, int]:
    """Input -> the version that the table was built from."""
    commits = tables.history(uri, 100, settings=settings)
    return next((json.loads(commit["inputs"]) for commit in commits if "inputs" in commit), {})
