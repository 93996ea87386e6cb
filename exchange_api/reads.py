"""The one way to rows, the same for every surface: decide, take quota, read what the plan shows, record, answer.

    authenticate (dependencies) → decide → quota → read, projected and masked inside the lake → record, durable → answer

Refusals are recorded as well. Nothing in this room answers with rows but through `Read.record`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from authorization.access import Caller
from authorization.filters import Comparison, items_of
from authorization.policy import REASONS, Decision, Plan, Request, decide
from authorization.pushdown import push_down
from catalog.errors import HubError, NotAllowed
from exchange_api.facts import DatasetFacts
from exchange_api.hub import Hub
from exchange_api.refusals import refuse
from lake.reading.projection import Projection


@dataclass(frozen=True)
class Wish:
    """What a caller asks of a dataset on one surface."""

    surface: str
    purpose: str
    items: tuple[str, ...] | None = None
    conditions: tuple[Comparison, ...] = ()
    order: tuple[str, ...] = ()
    grant: str | None = None


@dataclass(frozen=True)
class Read:
    """A read that was allowed: its plan, and the record it owes before anything is answered."""

    hub: Hub
    caller: Caller
    facts: DatasetFacts
    wish: Wish
    plan: Plan
    now: datetime

    @property
    def projection(self) -> Projection:
        """The plan as the lake executes it."""
        down = push_down(self.plan, self.hub.keys.pseudonyms)
        return Projection(down.columns, down.where, down.params, down.fingerprint)

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the items the answer holds, is filtered by or ordered by."""
        chosen = items_of(self.plan.where) if self.plan.where else ()
        return tuple(dict.fromkeys((*self.plan.items, *chosen, *self.plan.order)))

    def take_quota(self, rows: int, *, whole: bool = False) -> int:
        """One call and up to `rows` rows of the grant's quota (`whole`: all or none); the rows that may be given.

        Raises what Quotas.take raises, after the refusal is recorded.
        """
        try:
            return self.hub.quotas.take(self.plan.grant, day=self.now.date(), rows=rows, whole=whole)
        except HubError as refusal:
            _refused(self.hub, self.caller, self.facts, self.wish, [refusal.code])
            raise

    def give_back(self, rows: int) -> None:
        """Return quota for rows that were not there."""
        self.hub.quotas.give_back(self.plan.grant, day=self.now.date(), rows=rows)

    def record(self, *, rows: int) -> int:
        """Make the use durable; its sequence number. After this, and only after this, rows may leave."""
        return self.hub.record(
            self.caller,
            at=self.now,
            purpose=self.plan.grant.purpose,
            grant=self.plan.grant.code,
            dataset=self.facts.code,
            version=self.facts.version,
            surface=self.wish.surface,
            rows=rows,
            items=self.plan.items,
            providers=self.facts.providers_of(self.used),
        )


def allow(hub: Hub, caller: Caller, facts: DatasetFacts, wish: Wish) -> Read:
    """The read, if policy allows it now; otherwise the refusal is recorded and NotAllowed raised with the reasons."""
    now = hub.clock()
    decision = decide(
        Request(
            account=caller.login,
            agency=caller.agency,
            dataset=facts.code,
            facts=facts.items,
            surface=wish.surface,
            purpose=wish.purpose,
            items=wish.items,
            conditions=wish.conditions,
            order=wish.order,
            grant=wish.grant,
            sharing=facts.sharing,
        ),
        hub.access.grants(agency=caller.agency, account=caller.login),
        now,
        held=hub.access.held(caller.agency),
    )
    if decision.plan is None:
        _refused(hub, caller, facts, wish, decision.reasons)
        raise refusal(decision)
    return Read(hub, caller, facts, wish, decision.plan, now)


def refusal(decision: Decision) -> NotAllowed:
    """The error for a refused decision, with its reasons in words."""
    return NotAllowed(
        f"不予提供：{_joined((REASONS[reason][0] for reason in decision.reasons), '；')}。如确有需要，请提出共享申请。",
        f"Refused: {_joined((REASONS[reason][1] for reason in decision.reasons), '; ')}. If you need it, apply for it.",
        code="access_denied",
        reasons=list(decision.reasons),
    )


def _refused(hub: Hub, caller: Caller, facts: DatasetFacts, wish: Wish, reasons: Sequence[str]) -> None:
    known = {fact.name for fact in facts.items}
    items = [item for item in wish.items or () if item in known]
    refuse(hub, caller, surface=wish.surface, reasons=reasons, facts=facts, purpose=wish.purpose, items=items)


def _joined(words: Iterable[str], by: str) -> str:
    return by.join(words)
