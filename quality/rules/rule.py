"""What a rule is, and what came of one: plain frozen values that every other module of this room speaks in.

A rule is one SQL expression that is TRUE for a bad row, with the standard behind it and the agency that answers for it.
How rules are derived from a contract lies in the modules beside this one; nothing here touches a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from catalog.contracts import Contract, Item
from catalog.working_days import COUNTY_TIME

Scope = Literal["field", "row", "dataset", "across"]
Severity = Literal["block", "warn"]
Outcome = Literal["passed", "failed", "error", "not_applicable"]
VerdictOutcome = Literal["passed", "warned", "blocked", "error"]
FIT: Final[tuple[VerdictOutcome, ...]] = ("passed", "warned")
"""Outcomes with which a delivery goes on, and may be published."""

GBT_36344 = "GB/T 36344-2018"

DIMENSIONS: dict[str, tuple[str, str]] = {
    "01": ("规范性", "conformity"),
    "02": ("完整性", "completeness"),
    "03": ("准确性", "accuracy"),
    "04": ("一致性", "consistency"),
    "05": ("时效性", "timeliness"),
    "06": ("可访问性", "accessibility"),
}
"""The six characteristics of GB/T 36344-2018; an indicator code starts with one of them ('0304' -> '03')."""


@dataclass(frozen=True)
class Fact:
    """A value several rules of one scan need (the fault of an identifier, a parsed geometry): computed once per row."""

    name: str
    sql: str


@dataclass(frozen=True)
class Rule:
    """One rule over one dataset.

    `sql` is TRUE for a bad row; for scope 'dataset' it is an aggregate that is TRUE when the whole delivery is bad.
    `applies_sql` says which rows are assessed (the denominator B); NULL counts as not assessed, respectively not bad.
    Both may use the names in `facts` and the placeholders {rows} (the relation judged) and {now} (a TIMESTAMP, the
    wall-clock time of China).
    `dimension` is an indicator code of GB/T 36344-2018 ('0302'), `owner` the agency that must mend what fails.
    `written`: its SQL stands in a contract, so nobody knows how long it takes.
    """

    rule_id: str
    dataset: str
    items: tuple[str, ...]
    sql: str
    severity: Severity
    dimension: str
    clause: str
    title_zh: str
    title_en: str
    owner: str
    scope: Scope = "field"
    applies_sql: str = "TRUE"
    facts: tuple[Fact, ...] = ()
    written: bool = False

    @property
    def item(self) -> str:
        """The items the rule speaks of, joined by commas; '' for a rule on the whole dataset."""
        return ",".join(self.items)


@dataclass(frozen=True)
class RuleResult:
    """What one rule found: `a` conforming of `b` assessed (GB/T 36344: X = A / B, never stored without A and B)."""

    rule_id: str
    item: str
    scope: Scope
    severity: Severity
    dimension: str
    title_zh: str
    title_en: str
    a: int
    b: int
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """A judgement on one batch or table. `accepted` + `quarantined` = `rows`: broke no blocking rule, broke one.

    'passed' and 'warned': the accepted rows reached the standard zone. 'blocked' (the delivery as a whole is unfit) and
    'error' (a rule raised, so nobody can say): none did, what stood there before still stands. `changes`: rows of the
    delivery per 'item:what' that standardising changed, see lake.standardise.rendering.NOTES.
    """

    verdict_id: str
    dataset: str
    batch_id: str
    outcome: VerdictOutcome
    rows: int
    accepted: int
    quarantined: int
    judged_at: datetime
    results: tuple[RuleResult, ...] = field(default=())
    changes: Mapping[str, int] = field(default_factory=dict)

    @property
    def fit(self) -> bool:
        """May what was judged be published?"""
        return self.outcome in FIT


def item_rule(
    contract: Contract,
    item: Item,
    what: str,
    sql: str,
    *,
    severity: Severity,
    dimension: str,
    clause: str,
    zh: str,
    en: str,
    applies: str,
    items: tuple[str, ...] = (),
    facts: tuple[Fact, ...] = (),
) -> Rule:
    """The rule `<item>.<what>` of a contract's item; titles are those of the item followed by `zh` and `en`."""
    return Rule(
        rule_id=f"{item.name}.{what}",
        dataset=contract.dataset,
        items=items or (item.name,),
        sql=sql,
        severity=severity,
        dimension=dimension,
        clause=clause,
        title_zh=f"{item.title_zh}：{zh}",
        title_en=f"{item.title_en} {en}",
        owner=contract.agency,
        applies_sql=applies,
        facts=facts,
    )


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """`value` as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def moment(at: datetime) -> str:
    """`at` as an SQL literal with its time zone (UTC), for what the hub itself writes down."""
    return f"TIMESTAMPTZ {literal(at.astimezone(UTC).isoformat(sep=' ', timespec='seconds'))}"


def wall_clock(at: datetime) -> str:
    """`at` as an SQL literal in the wall-clock time of China (UTC+8), as departments write moments."""
    return (
        f"TIMESTAMP {literal(at.astimezone(COUNTY_TIME).replace(tzinfo=None).isoformat(sep=' ', timespec='seconds'))}"
    )


def scope_of(rule_id: str) -> Scope:
    """The scope of a rule by the first part of its id: 'dataset.', 'across.', 'row.' or 'key.', else an item's name."""
    return _SCOPES.get(rule_id.partition(".")[0], "field")


def consequence(rule_id: str, severity: str) -> str:
    """What follows when a rule is broken: warn, block (the row stays back), block_batch (the whole delivery does)."""
    return "block_batch" if severity == "block" and scope_of(rule_id) in ("dataset", "across") else severity


_SCOPES: dict[str, Scope] = {"dataset": "dataset", "across": "across", "row": "row", "key": "row"}
