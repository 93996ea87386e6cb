"""The base and topic databases: what there is, how each is built, and where every item of it comes from.

population/ legal_person/ and their like hold a short model and its SQL each; building.py runs it, tracing.py reads it.
"""

from collections.abc import Collection
from datetime import datetime

from catalog.errors import NotFound
from catalog.settings import Settings
from lake.bases import building, inputs, tracing
from lake.bases.building import Built
from lake.bases.credit import PENALTY, PERMIT, REMOVAL
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

__all__ = ["BASES", "BaseModel", "Built", "Decisions", "base", "build", "delivered", "lineage"]


def base(name: str) -> BaseModel:
    """The model called `name`; raises NotFound."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise NotFound(
            f"没有名为 {name} 的基础库或主题库，可用的有：{'、'.join(_BY_NAME)}。",
            f"There is no base or topic database {name}; there are: {', '.join(_BY_NAME)}.",
            code="base_unknown",
            base=name,
        ) from None


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
    guards.py that a steward lets pass (catalog.actions.waivers). afresh: work everything out anew.
    """
    return building.build(settings, base(name), _BY_NAME, now=now, decisions=decisions, waived=waived, afresh=afresh)


def delivered(settings: Settings, name: str) -> bool:
    """Whether there is a version of at least one input of `name`."""
    return any(version is not None for version in inputs.newest(settings, base(name), _BY_NAME).versions.values())


def lineage(name: str) -> list[tuple[str, str, str]]:
    """(item, source table, source item) for every item of `name` and every input item its values are made of."""
    return tracing.lineage(base(name), _BY_NAME)
