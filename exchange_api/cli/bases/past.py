"""`shuniu base as-of`: what a base held of a person or organisation on a day, by what the hub knew at a moment."""

from typing import TYPE_CHECKING

from exchange_api.cli.bases.arguments import Entity
from exchange_api.cli.speaking import door, times, trail
from exchange_api.cli.speaking.speech import as_json, coded, listing, named, say, tell

if TYPE_CHECKING:
    from exchange_api.views.past import Past


def as_of(entity: Entity, valid: times.Valid = "", known: times.Known = "", in_json: door.Json = False) -> None:
    """Each field with its value, from when until when it held, and since when the hub knows. Masked; in the trail."""
    from exchange_api.responses import public
    from exchange_api.views import past
    from lake import bases
    from lake.bases.explaining import base_of

    wanted = past.asked(valid, known, now=door.now())
    base = base_of(bases.matched(), entity).name
    with door.reading() as session:
        found = past.of_entity(door.settings(), session, base, entity, wanted, agency="")
    trail.record(**found.use)
    if in_json:
        as_json(public(found))
        return
    tell(f"{named(found.base_title)} {entity}")
    _draw(found)


def _draw(found: "Past") -> None:
    rows = [
        {
            "field": named(field.title),
            "value": coded(field.value, field.value_name),
            "valid_from": field.valid_from or named(field.since),
            "valid_to": field.valid_to or named(field.until),
            "known_from": field.known_from,
            "agency": named(field.agency_name),
            "batch": field.batch,
            "rule": named(field.rule_title),
            "restated": say("是", "yes") if field.restated else "",
            "correction": field.correction,
        }
        for field in found.fields
    ]
    columns = {
        "field": say("字段", "Field"),
        "value": say("值", "Value"),
        "valid_from": say("自", "From"),
        "valid_to": say("至（不含）", "Until"),
        "known_from": say("知晓于", "Known since"),
        "agency": say("部门", "Department"),
        "batch": say("批次", "Batch"),
        "rule": say("规则", "Rule"),
        "restated": say("来源更正", "Restated"),
        "correction": say("因校核工单", "On correction"),
    }
    listing(rows, columns, in_json=False, empty=say("当时没有任何记载。", "Nothing was held then."))
