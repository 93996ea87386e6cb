"""Why an entity of a base is what it is, as pages and programs show it: source rows, their ties, fields and who won."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import review_decisions
from catalog.contracts import Item
from catalog.settings import Settings
from exchange_api.views import keys, matching_words, names, winning
from exchange_api.views.erased import told_if_erased
from exchange_api.views.names import Pair
from exchange_api.views.reviews import PURPOSE
from exchange_api.views.side_by_side import by_column, shown_value
from lake import bases
from lake.bases import explaining
from lake.bases.model import BaseModel


@dataclass(frozen=True)
class Record:
    """A source row of the entity. how: number (joined by its number), match (by its values), people, alone.

    probability: how sure the matcher is; None for a row it had nothing to weigh of.
    """

    dataset: str
    title: Pair
    agency: str
    agency_name: Pair
    key: str
    batch: str
    row: int
    record: str
    how: str
    probability: float | None
    tied_to: str
    bits: float | None


@dataclass(frozen=True)
class Claim:
    """What one source row says of a field. name: what a code shown is called.

    stands: whether the true value agrees with the one that won or differs, '' for that one and where none won. What
    departments say is compared, never a text of the reader's, so nothing can be tried out by it.
    """

    value: str
    name: Pair
    agency: str
    agency_name: Pair
    dataset: str
    batch: str
    row: int
    observed_at: datetime | None
    won: bool
    stands: str


@dataclass(frozen=True)
class Field:
    """A field of the entity: who won by which rule, why in a sentence, and who lost."""

    name: str
    title: Pair
    rule: str
    rule_title: Pair
    why: Pair
    claims: tuple[Claim, ...]

    @property
    def winner(self) -> Claim | None:
        """The claim whose value the base holds."""
        return next((claim for claim in self.claims if claim.won), None)

    @property
    def differs(self) -> bool:
        """Whether any department says something else."""
        return any(claim.stands == "differs" for claim in self.claims)


@dataclass(frozen=True)
class Move:
    """An id that became another: merged, split or gone."""

    old: str
    to: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """What people said of two of its records, or of one of them and another."""

    pair: str
    record_l: str
    record_r: str
    verdict: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Explained:
    """Everything about one entity."""

    base: str
    base_title: Pair
    entity: str
    records: tuple[Record, ...]
    fields: tuple[Field, ...]
    moves: tuple[Move, ...]
    said: tuple[Said, ...]

    @property
    def use(self) -> dict[str, Any]:
        """What the trail keeps of showing it, at whatever door."""
        return {
            "purpose": PURPOSE,
            "dataset": self.base,
            "surface": "explain",
            "rows": len(self.records),
            "items": tuple(sorted({field.name for field in self.fields})),
            "providers": tuple(sorted({record.agency for record in self.records})),
        }


def explained(settings: Settings, session: Session, base: str, entity: str, *, agency: str) -> Explained:
    """The entity as somebody of `agency` may see it; raises NotFound, also for an id that became another or was erased,
    and Unavailable for a base that is not built yet."""
    model = bases.matched_base(base)
    with told_if_erased(session, entity):
        found = explaining.explain(settings, model, entity)
    known = {record["record_id"] for record in found.records}
    said = tuple(
        Said(one.pair, one.record_l, one.record_r, one.verdict, one.decided_by, one.decided_at, one.reason)
        for one in review_decisions.newest(session, model.name)
        if known & {one.record_l, one.record_r}
    )
    heard = (
        one
        for one in said
        if one.verdict == "same" and found.built_at and one.at.replace(microsecond=0) <= found.built_at
    )
    joined = {side for one in heard for side in (one.record_l, one.record_r)}
    agencies, numbers = names.agencies(session), keys.numbers(model, found.claims)
    return Explained(
        base=model.name,
        base_title=(model.title_zh, model.title_en),
        entity=entity,
        records=tuple(_record(session, row, agencies, agency, joined, numbers) for row in found.records),
        fields=_fields(model, found.claims, agencies, names.datasets(session), agency),
        moves=tuple(Move(one["old"], one["to"] or "", one["reason"], one["at"]) for one in found.moves),
        said=said,
    )


def _record(
    session: Session,
    row: Mapping[str, Any],
    agencies: dict[str, Pair],
    reader: str,
    joined: set[str],
    numbers: keys.Numbers,
) -> Record:
    entry, key = queries.dataset(session, row["dataset"]), row["key"] or ""
    how = (
        "number"
        if row["by_key"]
        else "people"
        if row["record_id"] in joined
        else "match"
        if row["tied_to"]
        else "alone"
    )
    return Record(
        dataset=row["dataset"],
        title=(entry.title_zh, entry.title_en),
        agency=entry.agency,
        agency_name=names.name_of(agencies, entry.agency),
        key=key if entry.agency == reader else keys.shown(queries.items(session, row["dataset"]), key, numbers),
        batch=row["batch"],
        row=row["row"],
        record=row["record_id"],
        how=how,
        probability=row["probability"] if how == "match" else None,
        tied_to=row["tied_to"] or "",
        bits=row["bits"],
    )


def _fields(
    model: BaseModel,
    claims: list[dict[str, Any]],
    agencies: dict[str, Pair],
    titles: dict[str, Pair],
    reader: str,
) -> tuple[Field, ...]:
    items, found = by_column(model), dict[str, list[dict[str, Any]]]()
    for claim in claims:
        found.setdefault(claim["field"], []).append(claim)
    return tuple(
        Field(
            name,
            (items[name].title_zh, items[name].title_en),
            found[name][0]["rule"] or "",
            matching_words.rule(found[name][0]["rule"]),
            winning.why(model, name, found[name], agencies, titles),
            _claims(items[name], found[name], agencies, reader),
        )
        for name in (item.name for item in model.items)
        if name in found
    )


def _claims(item: Item, said: list[dict[str, Any]], agencies: dict[str, Pair], reader: str) -> tuple[Claim, ...]:
    best = next((claim["value"] for claim in said if claim["won"]), None)

    def shown(claim: Mapping[str, Any]) -> Claim:
        value = shown_value(item, claim["value"], plain=claim["agency"] == reader)
        return Claim(
            value=value,
            name=names.code(item.code_list, value),
            agency=claim["agency"],
            agency_name=names.name_of(agencies, claim["agency"]),
            dataset=claim["dataset"],
            batch=claim["batch"],
            row=claim["row"],
            observed_at=claim["observed_at"],
            won=claim["won"],
            stands="" if claim["won"] or best is None else "agrees" if claim["value"] == best else "differs",
        )

    return tuple(map(shown, said))
