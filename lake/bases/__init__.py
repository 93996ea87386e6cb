"""The base and topic databases: what there is, how each is built, and where every item of it comes from.

population/ legal_person/ and their like hold a short model and its SQL each; building.py runs it, tracing/ reads it.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from catalog.errors import Conflict, InvalidInput, NotFound
from catalog.settings import Settings
from lake.bases import building, catalogue, declared, declaring, inputs, locking, tracing
from lake.bases.building import Built
from lake.bases.credit import PENALTY, PERMIT, REMOVAL
from lake.bases.declared import Declared
from lake.bases.economy import CLAIM, ECONOMY
from lake.bases.legal_person import LEGAL_PERSON
from lake.bases.licence import LICENCE
from lake.bases.model import BaseModel
from lake.bases.population import POPULATION
from lake.bases.public_service import PUBLIC_SERVICE
from lake.bases.resolution import Decisions
from lake.bases.spatial import ADDRESS, ADDRESS_LINK, ADDRESS_TEXT, BUILDING, DIVISION, GRID, PARCEL
from lake.bases.topic import HOUSING_SUPPORT, RESIDENT_PLACE

# In the order of building: a table stands after those it reads.
BASES: tuple[BaseModel, ...] = (
    POPULATION,
    LEGAL_PERSON,
    DIVISION,
    ADDRESS,
    ADDRESS_TEXT,
    ADDRESS_LINK,
    BUILDING,
    GRID,
    PARCEL,
    CLAIM,
    ECONOMY,
    PERMIT,
    PENALTY,
    REMOVAL,
    LICENCE,
    PUBLIC_SERVICE,
    HOUSING_SUPPORT,
    RESIDENT_PLACE,
)
_BY_NAME = {base.name: base for base in BASES}
_NAME = re.compile(r"topic_[a-z0-9_]{1,60}")

__all__ = [
    "BASES",
    "BaseModel",
    "Built",
    "Decisions",
    "base",
    "build",
    "check_droppable",
    "check_topic",
    "delivered",
    "drop_topic",
    "keep",
    "known",
    "lineage",
    "matched",
    "matched_base",
    "topics",
    "try_topic",
]  # fmt: skip


def topics(settings: Settings) -> Declared:
    """The topics declared in the hub's folder, and those that cannot be used."""
    return declared.declared(settings, _BY_NAME)


def known(settings: Settings) -> Mapping[str, BaseModel]:
    """Every base and topic by name, the declared ones last, in the order of building."""
    return _BY_NAME | {model.name: model for model in topics(settings).models}


def base(name: str, settings: Settings | None = None) -> BaseModel:
    """The model called `name`, with `settings` a declared topic as well; raises NotFound."""
    models = known(settings) if settings else _BY_NAME
    try:
        return models[name]
    except KeyError:
        raise NotFound(
            f"没有名为 {name} 的基础库或主题库，可用的有：{'、'.join(models)}。",
            f"There is no base or topic database {name}; there are: {', '.join(models)}.",
            code="base_unknown",
            base=name,
        ) from None


def matched() -> tuple[BaseModel, ...]:
    """The bases whose rows are matched to entities with lasting ids; they alone keep a history."""
    return tuple(model for model in BASES if model.identity is not None)


def matched_base(name: str) -> BaseModel:
    """The one of them called `name`; raises NotFound, and says which there are."""
    found = next((model for model in matched() if model.name == name), None)
    if found is None:
        names = [model.name for model in matched()]
        raise NotFound(
            f"只有人口库和法人库有实体标识和历史，请写 {' 或 '.join(names)}。",
            f"Only the bases of persons and of legal persons have entities with ids and a history: {', '.join(names)}.",
            code="base_without_entities",
        )
    return found


def check_topic(settings: Settings, sql: Path, contract: Path) -> BaseModel:
    """The topic of two files, checked against what the hub holds; see declared.read and declaring.check for errors."""
    model = declared.read(sql, contract)
    others = {name: one for name, one in known(settings).items() if name != model.name}
    if model.name in _BY_NAME:
        raise InvalidInput(
            f"{model.name} 是系统自带的库，不能替换。请换一个名称。",
            f"{model.name} is one of the hub's own and cannot be replaced. Choose another name.",
            code="topic_name_taken",
            topic=model.name,
        )
    declaring.check_keys(model)
    declaring.check(settings, model, others)
    declaring.check_entry(model, others, catalogue.OWNER)
    return model


def try_topic(settings: Settings, model: BaseModel, *, now: datetime, most: int) -> building.Tried:
    """Build a checked topic in a throw-away place and give its first `most` rows; see building.attempt for errors."""
    models = {name: one for name, one in known(settings).items() if name != model.name}
    return building.attempt(settings, model, models, now=now, most=most)


def check_droppable(settings: Settings, name: str, *, begun: bool = False) -> None:
    """Raise NotFound for a topic nobody declared, Conflict while another declared topic reads it.

    begun: its files may be gone, for taking it out was broken off.
    """
    there = begun or any(path.exists() for path in _files_of(settings, name))
    if name in _BY_NAME or not _NAME.fullmatch(name) or not there:
        raise NotFound(
            "没有自行声明的主题库用这个名称。请用 shuniu topic list 查看；系统自带的库不能移除。",
            "No topic of that name was declared. See: shuniu topic list; the hub's own cannot be removed.",
            code="topic_unknown",
        )
    if readers := [one.name for one in topics(settings).models if name in one.inputs]:
        raise Conflict(
            f"主题库 {'、'.join(readers)} 还在读取 {name}。请先移除或修改它们。",
            f"{', '.join(readers)} still read {name}. Remove or change them first.",
            code="topic_still_read",
            topic=name,
        )


def drop_topic(settings: Settings, name: str) -> None:
    """Take the two files of a declared topic out of the hub's folder, the contract first: without it there is none.

    See check_droppable for errors; files that are gone already are no error.
    """
    check_droppable(settings, name, begun=True)
    for path in _files_of(settings, name):
        path.unlink(missing_ok=True)


def _files_of(settings: Settings, name: str) -> list[Path]:
    return [settings.topics_dir / f"{name}{suffix}" for suffix in (".odcs.yaml", ".sql")]


def keep(settings: Settings, model: BaseModel) -> None:
    """Put the very texts of a checked topic into the hub's folder, the contract last: without it there is no topic."""
    assert model.contract is not None
    settings.topics_dir.mkdir(parents=True, exist_ok=True)
    for text, suffix in ((model.text, ".sql"), (model.contract.document, ".odcs.yaml")):
        fresh = settings.topics_dir / f".{model.name}{suffix}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(settings.topics_dir / f"{model.name}{suffix}")


def build(
    settings: Settings,
    name: str,
    *,
    now: datetime,
    decisions: Decisions | None = None,
    waived: Collection[str] = (),
    afresh: bool = False,
) -> Built:
    """Build the base or topic database `name` from the newest versions of its inputs; see building.build for errors.

    decisions: what people said of doubtful pairs (catalog.actions.review_decisions). waived: codes of errors of
    guards.py that a steward lets pass (catalog.actions.waivers). afresh: work everything out anew. Raises Conflict as
    well while persons are being erased.
    """
    models = known(settings)
    model = base(name, settings)
    with locking.building(settings):
        return building.build(settings, model, models, now=now, decisions=decisions, waived=waived, afresh=afresh)


def delivered(settings: Settings, name: str) -> bool:
    """Whether there is a version of at least one input of `name`."""
    pinned = inputs.newest(settings, base(name, settings), known(settings))
    return any(version is not None for version in pinned.versions.values())


def lineage(name: str, settings: Settings | None = None) -> list[tuple[str, str, str]]:
    """(item, source table, source item) for every item of `name` and every input item its values are made of.

    settings: to know the declared topics, too.
    """
    return tracing.lineage(base(name, settings), known(settings) if settings else _BY_NAME)
