"""How a dataset stands: which rules are waived, why nothing newer is published, how its columns look and have moved.

For the providing department and the steward. Shares and counts only: no value, and no length of one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.actions import waivers
from catalog.models import RunStep
from catalog.settings import Settings
from exchange_api.views import quality
from exchange_api.views.names import Pair
from quality.figures import profile
from quality.figures.drift import compare


@dataclass(frozen=True)
class Waived:
    """A rule a steward lets pass until that moment; the title is the one its newest verdict gives."""

    rule_id: str
    title: Pair
    reason: str
    by: str
    until: datetime


@dataclass(frozen=True)
class Column:
    """One column of the version published last. `moved`: what is another than in the one before, as codes."""

    name: str
    title: Pair
    a: int
    b: int
    distinct: int
    exact: bool
    moved: tuple[str, ...]


@dataclass(frozen=True)
class Profiled:
    """The columns of one published version; `before`: whether there is an earlier one to be held against."""

    at: datetime
    before: bool
    columns: tuple[Column, ...]


def waived(session: Session, code: str, rules: tuple[quality.Rule, ...], now: datetime) -> tuple[Waived, ...]:
    """The waivers of a dataset in force, the first to end first."""
    titles = {rule.rule_id: rule.title for rule in rules}
    found = [
        Waived(one.rule_id, titles.get(one.rule_id, (one.rule_id, one.rule_id)), one.reason, one.granted_by, one.until)
        for one in waivers.in_force(session, code, now)
    ]
    return tuple(sorted(found, key=lambda one: (one.until, one.rule_id)))


def kept_back(session: Session, code: str) -> Pair | None:
    """What the newest step of publication said when it left the dataset as it was; None when it published."""
    query = select(RunStep).where(RunStep.dataset == code, RunStep.stage == "publish")
    last = session.scalars(query.order_by(RunStep.started_at.desc(), RunStep.step_id.desc()).limit(1)).first()
    return (last.message_zh, last.message_en) if last is not None and last.message_zh else None


def profiled(settings: Settings, code: str, titles: dict[str, Pair]) -> Profiled | None:
    """The newest profile of a dataset, held against the one before; None before anything was published."""
    last, *before = profile.newest(settings, code, count=2) or (None,)
    if last is None:
        return None
    drifts = {one.name: one for one in compare(last.columns, before[0].columns)} if before else {}
    columns = tuple(
        Column(
            name=column.name,
            title=titles.get(column.name, (column.name, column.name)),
            a=column.rows - column.nulls,
            b=column.rows,
            distinct=column.distinct,
            exact=column.exact,
            moved=tuple(
                what
                for what in ("emptied", "varied", "spread_out")
                if column.name in drifts and getattr(drifts[column.name], what)
            ),
        )
        for column in last.columns
    )
    return Profiled(last.profiled_at, bool(before), columns)
