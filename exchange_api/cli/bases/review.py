"""`shuniu base review`: pairs of records the matcher is not sure of; people decide, the next build obeys.

Whoever has the terminal decides in the name of an account: the event names both.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from authorization.permissions import Permission
from exchange_api.cli.bases import arguments
from exchange_api.cli.speaking import door, trail
from exchange_api.cli.speaking.speech import as_json, facts, listing, named, say, tell, worded

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from exchange_api.views.reviews import Case

app = door.noun("人工核对匹配存疑的记录对", "Review of doubtful pairs")
Login = Annotated[str, typer.Option("--login", help=say("核对人账号", "Login of who reviews"))]


@dataclass(frozen=True)
class _Said:
    """The newest word on a pair."""

    verdict: str = ""
    decided_by: str = ""
    reason: str = ""


@app.command("list", help=say("列出待核对的记录对，最存疑的在前", "List the pairs to review, the most doubtful first"))
def list_(
    base: arguments.Base,
    every: Annotated[bool, typer.Option("--all", help=say("包括已有结论的", "Those decided on, too"))] = False,
    decided: Annotated[bool, typer.Option("--decided", help=say("只看已有结论的", "Only those decided on"))] = False,
    in_json: door.Json = False,
) -> None:
    """Pairs of the last build; those that people have decided on are left out, or (--decided) alone are shown."""
    from lake import bases
    from lake.bases import review

    model = bases.matched_base(base)
    found = review.queue(door.settings(), model)
    with door.reading() as session:
        said = _newest(session, base)
        found = _keys_masked(session, base, found) if in_json else found
    rows = [row | asdict(said.get(row["pair"], _Said())) for row in found]
    rows = [row | {"decision": row.pop("verdict")} for row in rows]
    rows = [row for row in rows if every or (row["decision"] in ("same", "different")) == decided]
    if in_json and rows:
        _record_read(base, model.providers, 2 * len(rows))  # the keys of both are shown
    if not in_json:
        rows = [row | {"decision": worded("review", row["decision"])} for row in rows]
    columns = {
        "pair": say("编号", "Pair"),
        "dataset_l": say("数据集甲", "Dataset A"),
        "dataset_r": say("数据集乙", "Dataset B"),
        "probability": say("概率", "Probability"),
        "together": say("现为同一实体", "Joined now"),
        "decision": say("结论", "Decision"),
    } | ({"decided_by": say("核对人", "By"), "reason": say("理由", "Reason")} if every or decided else {})
    listing(rows, columns, in_json=in_json, empty=say("没有待核对的记录对。", "There is nothing to review."))


@app.command(help=say("查看一个记录对及其证据，敏感项已脱敏", "Show a pair and its evidence, sensitive items masked"))
def show(pair: arguments.Pair, in_json: door.Json = False) -> None:
    """Both records, masked, field by field, and the waterfall of evidence; as JSON in the form of the API."""
    from catalog.time_limits import local_day
    from exchange_api.responses import public
    from exchange_api.views import reviews

    with door.reading() as session:
        base = reviews.base_of_pair(door.settings(), session, pair)
        found = reviews.case(door.settings(), session, base, pair, agency="", today=local_day(door.now()))
    trail.record(**found.use)
    if in_json:
        as_json(public(found))
        return
    _draw_sides(found)
    _draw_fields(found)
    _draw_evidence(found)


@app.command(help=say("对一个记录对作出结论，下次建库时生效", "Decide on a pair; the next build obeys"))
def decide(
    pair: arguments.Pair,
    verdict: Annotated[str, typer.Option("--verdict", help="same | different | unsure")],
    reason: Annotated[str, typer.Option("--reason", help=say("理由", "Why"))],
    login: Login,
) -> None:
    """One word on one pair, in the name of an account whose role may decide; the newest counts, the same again nothing.

    The event names the account and who acted at the terminal.
    """
    from catalog.actions import review_decisions
    from exchange_api.reviews import check_reason
    from exchange_api.views import reviews
    from lake import bases

    check_reason(reason)
    with door.writing() as session:
        door.check_person_may(session, login, Permission.ALL_REVIEW_DECIDE)
        base = reviews.base_of_pair(door.settings(), session, pair)
        row = reviews.found_row(door.settings(), session, bases.base(base), pair)
        before = _newest(session, base).get(pair, _Said())
        if before.verdict == verdict and reason.strip():
            known = worded("review", verdict)
            tell(
                say(
                    f"{pair} 的结论已是“{known}”（{before.decided_by}），没有变化。",
                    f"{pair} is decided on as “{known}” already (by {before.decided_by}); nothing changed.",
                )
            )
            return
        review_decisions.decide(
            session,
            base=base,
            pair=pair,
            records=(row["record_l"], row["record_r"]),
            verdict=verdict,
            reason=reason,
            by=door.actor(),
            account=login,
            now=door.now(),
        )
    tell(say(f"{pair} 的结论已记录，下次建库时生效。", f"Noted for {pair}; the next build obeys."))


def _newest(session: "Session", base: str) -> dict[str, _Said]:
    from catalog.actions import review_decisions

    return {one.pair: _Said(one.verdict, one.decided_by, one.reason) for one in review_decisions.newest(session, base)}


def _keys_masked(session: "Session", base: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs with the keys of both records shown as on the page of a pair."""
    from catalog import queries
    from exchange_api.views import keys
    from lake import bases

    entities = {row[f"entity_{side}"] or "" for row in rows for side in "lr"}
    numbers = keys.numbers_of(door.settings(), bases.base(base), entities)
    items = {name: queries.items(session, name) for name in {row[f"dataset_{side}"] for row in rows for side in "lr"}}

    def shown(row: dict[str, Any], side: str) -> str:
        masked = numbers[row[f"entity_{side}"] or ""]
        return keys.shown(items[row[f"dataset_{side}"]], row[f"key_{side}"] or "", masked)

    return [row | {f"key_{side}": shown(row, side) for side in "lr"} for row in rows]


def _record_read(base: str, providers: tuple[str, ...], rows: int) -> None:
    """So many keys were looked at: one record in the audit trail, as for every use."""
    from exchange_api.views.reviews import PURPOSE

    trail.record(purpose=PURPOSE, dataset=base, surface="evidence", rows=rows, items=(), providers=providers)


def _draw_sides(found: "Case") -> None:
    last = found.words[-1] if found.words else None
    told = {
        "pair": found.pair,
        "probability": "—" if found.probability is None else f"{found.probability:.1%}",
        "together": found.together,
        "decision": worded("review", last.verdict if last else None),
        "decided_by": last.by if last else "",
        "reason": last.reason if last else "",
    }
    headings = {
        "pair": say("编号", "Pair"),
        "probability": say("概率", "Probability"),
        "together": say("现为同一实体", "Joined now"),
        "decision": say("结论", "Decision"),
        "decided_by": say("核对人", "By"),
        "reason": say("理由", "Reason"),
    }
    facts(told, in_json=False, headings=headings)
    rows = [
        {
            "side": name,
            "agency": named(side.agency_name),
            "dataset": side.dataset,
            "key": side.key,
            "batch": side.batch,
            "row": side.row,
            "entity": side.entity,
        }
        for name, side in ((say("甲", "A"), found.left), (say("乙", "B"), found.right))
    ]
    columns = {
        "side": say("记录", "Record"),
        "agency": say("部门", "Department"),
        "dataset": say("数据集", "Dataset"),
        "key": say("主键", "Key"),
        "batch": say("批次", "Batch"),
        "row": say("行号", "Row"),
        "entity": say("现属实体", "Entity now"),
    }
    listing(rows, columns, in_json=False)


def _draw_fields(found: "Case") -> None:
    rows = [
        {
            "field": named(field.title),
            "left": field.left,
            "right": field.right,
            "relation": f"{worded('relation', field.relation)} {named(field.remark)}".strip(),
        }
        for field in found.fields
    ]
    columns = {
        "field": say("字段", "Field"),
        "left": say("甲", "A"),
        "right": say("乙", "B"),
        "relation": say("是否相同", "Same or not"),
    }
    listing(rows, columns, in_json=False)


def _draw_evidence(found: "Case") -> None:
    steps = [
        {
            "column": named(step.title),
            "level": named(step.level) if step.column else "",
            "says": worded("says", step.says),
            "bits": round(step.bits, 1),
        }
        for step in found.steps
        if step.bits is not None
    ]
    columns = {
        "column": say("项目", "Item"),
        "level": say("一致程度", "Agreement"),
        "says": say("作用", "What it says"),
        "bits": say("证据（比特）", "Evidence (bits)"),
    }
    listing(steps, columns, in_json=False)
