"""`shuniu base explain`: why a person or organisation is what it is: its rows, and of every field who won and lost."""

from typing import TYPE_CHECKING

from exchange_api.cli.bases import arguments
from exchange_api.cli.speaking import door, trail
from exchange_api.cli.speaking.speech import as_json, coded, listing, named, say, shown, tell, worded

if TYPE_CHECKING:
    from exchange_api.views.entities import Explained


def explain(entity: arguments.Entity, in_json: door.Json = False) -> None:
    """Source rows with what ties them, then every field: value, department, batch, when, rule. Masked; in the trail."""
    from exchange_api.responses import public
    from exchange_api.views import entities
    from lake import bases
    from lake.bases.explaining import base_of

    with door.reading() as session:
        found = entities.explained(door.settings(), session, base_of(bases.matched(), entity).name, entity, agency="")
    trail.record(**found.use)
    if in_json:
        as_json(public(found))
        return
    tell(f"{named(found.base_title)} {entity}")
    _draw_records(found)
    tell(say("各数据项的取值及来源：", "Where each value is from:"))
    _draw_fields(found)
    _draw_changes(found)


def _draw_records(found: "Explained") -> None:
    rows = [
        {
            "title": named(record.title),
            "agency": named(record.agency_name),
            "key": record.key,
            "batch": record.batch,
            "row": record.row,
            "how": worded("how", record.how),
            "probability": _chance(record.probability),
            "record": record.record,
            "tied_to": record.tied_to,
        }
        for record in found.records
    ]
    columns = {
        "title": say("数据集", "Dataset"),
        "agency": say("部门", "Department"),
        "key": say("主键", "Key"),
        "batch": say("批次", "Batch"),
        "row": say("行号", "Row"),
        "how": say("归入的原因", "Why it is here"),
        "probability": say("把握", "How sure"),
        "record": say("记录", "Record"),
        "tied_to": say("最相符的记录", "Most like"),
    }
    listing(rows, columns, in_json=False)


def _chance(probability: float | None) -> str:
    return "—" if probability is None else f"{probability:.1%}"


def _draw_fields(found: "Explained") -> None:
    rows = [
        {
            "field": named(field.title),
            "won": say("采用", "won") if claim.won else say("未采用", "lost"),
            "stands": worded("stands", claim.stands),
            "value": coded(claim.value, claim.name),
            "agency": named(claim.agency_name),
            "batch": claim.batch,
            "observed_at": claim.observed_at,
            "why": named(field.why) if place == 0 else "",
        }
        for field in found.fields
        for place, claim in enumerate(field.claims)
    ]
    columns = {
        "field": say("字段", "Field"),
        "won": say("结果", "Outcome"),
        "stands": say("与采用值是否一致", "As the one that won"),
        "value": say("值", "Value"),
        "agency": say("部门", "Department"),
        "batch": say("批次", "Batch"),
        "observed_at": say("观测时间", "Observed"),
        "why": say("为何采用", "Why it won"),
    }
    listing(rows, columns, in_json=False)


def _draw_changes(found: "Explained") -> None:
    for move in found.moves:
        tell(f"{shown(move.at)} {move.old} → {move.to or '—'}: {move.reason}")
    for said in found.said:
        tell(f"{shown(said.at)} {said.pair} {worded('review', said.verdict)} ({said.by}): {said.reason}")
