"""Why the word that won a field won, in a sentence: by the field's rule (fields.csv) and who stands where in its order.

Said is only what the claims bear out: where the order was changed since the last build, the name of the rule alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from exchange_api.views import matching_words, names
from exchange_api.views.names import Pair
from lake.bases.model import BaseModel, FieldOrder, field_orders

Claim = Mapping[str, Any]
UNLISTED: Final = 99
"""Place of a dataset the order of a field does not name, as in lake/bases/<base>/*_ranked.sql."""
NO_NUMBER: Final[Pair] = (
    "都不是凭以归入本实体的有效号码，均不采用",
    "none is a sound number that joined rows to this entity: none counts",
)


def why(
    model: BaseModel, field: str, claims: Sequence[Claim], agencies: dict[str, Pair], titles: dict[str, Pair]
) -> Pair:
    """Why the winner among `claims` of `field` won; agencies, titles: what departments and datasets are called."""
    order = next((one for one in field_orders(model.folder) if one.name == field), None)
    rule = claims[0]["rule"]
    winner = next((claim for claim in claims if claim["won"]), None)
    if winner is None and field == "resident_id":
        return NO_NUMBER
    if order is None or winner is None or order.rule != rule:
        return matching_words.rule(rule)
    sources = sorted({claim["dataset"] for claim in claims}, key=lambda one: (_place(order, one), one))
    ranked = _called(sources, agencies, titles)
    if len(sources) == 1:
        return _alone(*ranked[0], rule, winner, claims) or matching_words.rule(rule)
    line = " > ".join(zh for zh, _ in ranked), " > ".join(en for _, en in ranked)
    found = {"recency": _newest, "earliest": _earliest}.get(rule, _first)(order, winner, claims, line)
    return found or matching_words.rule(rule)


def _place(order: FieldOrder, dataset: str) -> int:
    return order.ranks.get(dataset, UNLISTED)


def _called(sources: Sequence[str], agencies: dict[str, Pair], titles: dict[str, Pair]) -> list[Pair]:
    """The department of each dataset, with the dataset's title where a department gives several of them."""
    owners = [dataset.partition("_")[0] for dataset in sources]
    found = []
    for dataset, owner in zip(sources, owners, strict=True):
        (zh, en), title = names.name_of(agencies, owner), names.name_of(titles, dataset)
        found.append((f"{zh}《{title[0]}》", f"{en} ({title[1]})") if owners.count(owner) > 1 else (zh, en))
    return found


def _alone(zh: str, en: str, rule: str, winner: Claim, claims: Sequence[Claim]) -> Pair | None:
    if len(claims) == 1 or rule == "earliest":
        return f"只有{zh}提供", f"only {en} gives it"
    return (f"只有{zh}提供，取最新一条", f"only {en} gives it: the newest row") if _is_newest(winner, claims) else None


def _first(order: FieldOrder, winner: Claim, claims: Sequence[Claim], line: Pair) -> Pair | None:
    place = _place(order, winner["dataset"])
    before = [claim for claim in claims if _place(order, claim["dataset"]) < place]
    if before and order.name == "resident_id":
        return (
            f"只计凭以归入的有效号码，其中按数源部门次序：{line[0]}",
            f"only sound numbers that joined rows count, of those by the order of departments: {line[1]}",
        )
    if before and order.rule == "full_name" and all(_short(claim, claims) for claim in before):
        return (
            f"全称先于简称，次序在前的只给出简称：{line[0]}",
            f"the full form before a short one, and those before it in the order give a short one: {line[1]}",
        )
    if before:
        return None
    zh, en = f"按数源部门次序 {line[0]}，居首者采用", f"by the order of departments {line[1]}: the first counts"
    if order.rule == "full_name":
        zh, en = f"全称先于简称，{zh}", f"the full form before a short one, {en}"
    if sum(_place(order, claim["dataset"]) == place for claim in claims) > 1:
        zh, en = f"{zh}；同一来源取最新", f"{en}; of one source the newest"
    return zh, en


def _short(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether what a claim says is part of what a longer one says."""
    said = claim["value"]
    return any(said in other["value"] and len(said) < len(other["value"]) for other in claims)


def _newest(order: FieldOrder, winner: Claim, claims: Sequence[Claim], line: Pair) -> Pair | None:
    if len({_place(order, claim["dataset"]) for claim in claims}) > 1 or not _is_newest(winner, claims):
        return None
    return "取最新，不论部门", "the newest, whichever department gives it"


def _is_newest(winner: Claim, claims: Sequence[Claim]) -> bool:
    moments = [claim["observed_at"] for claim in claims if claim["observed_at"] is not None]
    return not moments or winner["observed_at"] == max(moments)


def _earliest(order: FieldOrder, winner: Claim, claims: Sequence[Claim], line: Pair) -> Pair | None:
    if winner["value"] != min(claim["value"] for claim in claims):
        return None
    return "取最早的日期，不论部门", "the earliest date, whichever department gives it"
