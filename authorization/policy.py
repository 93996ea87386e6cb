"""The one decision of the hub: may this caller have these items of this dataset for this purpose now, and how? Pure.

Default deny: without a grant that fits in every respect nothing is given, and the reasons say what was missing. Every
surface - records, verification, Delta Sharing, files - asks here and executes the plan it gets, never more.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from authorization.filters import Combined, Comparison, Condition, document, items_of, parse
from authorization.masking import PLAIN
from authorization.obligations import Column, ItemFact, columns_of

SURFACES: Final = frozenset({"records", "verify", "delta_sharing"})
"""Ways of reading a grant may open."""
READING: Final = frozenset({"records", "delta_sharing"})
"""Those that show rows."""


@dataclass(frozen=True)
class Grant:
    """A grant as the policy sees it. `account` empty: every account of `agency`; `row_filter` empty: every row."""

    code: str
    agency: str
    dataset: str
    items: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_until: datetime
    surfaces: frozenset[str]
    account: str = ""
    row_filter: Mapping[str, Any] | None = None
    masks: Mapping[str, str] | None = None
    legal_basis: str = ""
    calls_per_day: int | None = None
    rows_per_day: int | None = None
    revoked: bool = False


@dataclass(frozen=True)
class Request:
    """What a caller asks. `items` None: everything granted. `grant` set: that grant and no other."""

    account: str
    agency: str
    dataset: str
    facts: tuple[ItemFact, ...]
    surface: str
    purpose: str
    items: tuple[str, ...] | None = None
    conditions: tuple[Comparison, ...] = ()
    order: tuple[str, ...] = ()
    grant: str | None = None
    sharing: str = "conditional"


@dataclass(frozen=True)
class Plan:
    """What may be read: columns as shown, rows as filtered.

    `granted`: all that could have been asked for; `asked`: the caller's own conditions; `key`: the dataset's key items
    if every one is granted unmasked, else nothing: a hidden key must not even order the rows.
    """

    grant: Grant
    columns: tuple[Column, ...]
    granted: tuple[Column, ...]
    row_filter: Condition | None
    asked: tuple[Comparison, ...]
    order: tuple[str, ...]
    key: tuple[str, ...] = ()

    @property
    def where(self) -> Condition | None:
        """The grant's filter and the caller's conditions together."""
        parts = (*((self.row_filter,) if self.row_filter else ()), *self.asked)
        return Combined("all", parts) if parts else None

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the items the answer holds."""
        return tuple(column.name for column in self.columns)

    def fingerprint(self, salt: str) -> str:
        """Name of this policy for everything made under it: recipient, columns, masks, filter, key (`salt`)."""
        form = {
            "dataset": self.grant.dataset,
            "recipient": [self.grant.agency, self.grant.account],
            "columns": [[column.name, column.kind, column.element, str(column.mask)] for column in self.columns],
            "where": document(self.where) if self.where else None,
            "salt": salt,
        }
        return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Decision:
    """Yes with a plan, or no with reasons (codes of REASONS). `obligations` reads `item: mask (why)`."""

    allowed: bool
    reasons: tuple[str, ...]
    obligations: tuple[str, ...] = ()
    plan: Plan | None = None


REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "not_shared": ("该数据集不予共享", "this dataset is not shared"),
    "no_grant": ("没有对该数据集的授权", "there is no grant on this dataset"),
    "revoked": ("授权已撤销", "the grant was revoked"),
    "not_yet_valid": ("授权尚未生效", "the grant is not valid yet"),
    "expired": ("授权已过期", "the grant has expired"),
    "purpose_missing": ("没有说明用途", "no purpose was given"),
    "purpose_differs": ("用途与授权不符", "the purpose is not the one granted"),
    "surface_not_granted": ("授权不包含这种共享方式", "the grant does not open this way of reading"),
    "item_not_granted": ("请求了未授权的数据项", "an item was asked for that is not granted"),
    "back_flow": (
        "数据项只来自上级平台回流的数据，不得作为本级数据再共享；请向上级平台申请",
        "an item only holds what an upper-level platform gave back and is not ours to share on: apply to that platform",
    ),
    "condition_not_granted": (
        "只能按已授权且未脱敏的数据项筛选或排序",
        "filtering and ordering is for items granted without a mask",
    ),
    "verify_masked": (
        "核验涉及向您脱敏提供的数据项，逐个核验会还原其值；请在不能读取该数据集的授权下核验",
        "verification would tell, guess by guess, what is masked for you where you may read this dataset",
    ),
    "nothing_left": ("授权的数据项已不存在", "none of the granted items is left"),
}
"""Why a request is refused; shown to the caller and recorded."""


def decide(
    request: Request, grants: Sequence[Grant], now: datetime, *, held: Sequence[Grant] | None = None
) -> Decision:
    """Decide a request against the grants that exist. The first grant (by code) that fits gives the plan.

    held: all grants of the caller's agency, its other accounts' too (None: `grants`). Where any of them opens reading
    of the dataset, verification is for items masked neither there nor in the verifying grant: yes and no to chosen
    values would undo the mask.
    Raises InvalidInput when a stored grant is itself not readable.
    """
    if request.sharing == "none":
        return Decision(False, ("not_shared",))
    reasons: list[str] = []
    for grant in sorted(grants, key=lambda one: one.code):
        if not _concerns(grant, request):
            continue
        found = _standing(grant, request, now) or _content(grant, request)
        if isinstance(found, Plan) and request.surface == "verify":
            found = _not_guessable(found, request, grants if held is None else held, now)
        if isinstance(found, Plan):
            return Decision(True, (), _obligations(found), found)
        reasons.append(found)
    return Decision(False, tuple(dict.fromkeys(reasons)) or ("no_grant",))


def in_force(grant: Grant, now: datetime) -> bool:
    """Whether a grant stands at `now`: begun, not run out, not revoked."""
    return not grant.revoked and grant.valid_from <= now < grant.valid_until


def _concerns(grant: Grant, request: Request) -> bool:
    recipient = grant.account == request.account if grant.account else grant.agency == request.agency
    asked_for = request.grant is None or request.grant == grant.code
    return recipient and asked_for and grant.dataset == request.dataset


def _standing(grant: Grant, request: Request, now: datetime) -> str:
    """Why the grant does not stand for this request; empty when it does."""
    checks = (
        (grant.revoked, "revoked"),
        (now < grant.valid_from, "not_yet_valid"),
        (now >= grant.valid_until, "expired"),
        (not request.purpose, "purpose_missing"),
        (request.purpose != grant.purpose, "purpose_differs"),
        (request.surface not in grant.surfaces, "surface_not_granted"),
    )
    return next((reason for failed, reason in checks if failed), "")


def _content(grant: Grant, request: Request) -> Plan | str:
    """The plan for what was asked, or the reason why it may not be had."""
    granted, _ = columns_of(request.facts, grant.items, grant.masks or {})
    kinds = {fact.name: fact.kind for fact in request.facts}
    by_name = {column.name: column for column in granted}
    wanted = request.items if request.items is not None else tuple(by_name)
    if _of_upper_level(grant, request, kinds, any_left=bool(granted)):
        return "back_flow"
    if not granted:
        return "nothing_left"
    if not wanted or any(item not in by_name for item in wanted):
        return "item_not_granted"
    plain = {column.name for column in granted if column.mask == PLAIN and column.kind != "geometry"}
    looked_at = {item for condition in request.conditions for item in items_of(condition)} | set(request.order)
    if not looked_at <= plain:
        return "condition_not_granted"
    row_filter = parse(grant.row_filter, kinds) if grant.row_filter else None
    columns = tuple(by_name[item] for item in dict.fromkeys(wanted))
    key = tuple(fact.name for fact in request.facts if fact.key)
    open_key = key if set(key) <= plain else ()
    return Plan(grant, columns, granted, row_filter, request.conditions, request.order, open_key)


def _of_upper_level(grant: Grant, request: Request, kinds: Mapping[str, str], *, any_left: bool) -> bool:
    """Whether the grant filters by, is asked for, or consists of items that came back from an upper-level platform."""
    upper = {fact.name for fact in request.facts if fact.back_flow}
    if grant.row_filter and upper & set(items_of(parse(grant.row_filter, kinds))):
        return True
    given = upper & set(grant.items)
    return bool(given & set(request.items or ())) or (bool(given) and not any_left)


def _not_guessable(plan: Plan, request: Request, held: Sequence[Grant], now: datetime) -> Plan | str:
    """The plan, or the reason when its questions would undo a mask under which the same agency reads the dataset."""
    readable = [
        grant
        for grant in held
        if (grant.agency, grant.dataset) == (request.agency, request.dataset)
        and grant.surfaces & READING
        and in_force(grant, now)
    ]
    shown = [column for grant in readable for column in columns_of(request.facts, grant.items, grant.masks or {})[0]]
    masked = {column.name for column in (*shown, *plan.columns) if column.mask != PLAIN}
    return "verify_masked" if readable and masked & set(plan.items) else plan


def _obligations(plan: Plan) -> tuple[str, ...]:
    masked = [f"{column.name}: {column.mask} ({column.obligation})" for column in plan.columns if column.obligation]
    return (*masked, "rows: filtered") if plan.row_filter else tuple(masked)
