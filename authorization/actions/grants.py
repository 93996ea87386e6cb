"""Issue and revoke grants. What a grant means is decided in authorization.policy."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from authorization.actions.revisions import advance
from authorization.filters import items_of, parse
from authorization.masking import PLAIN
from authorization.models import AccessGrant, Account
from authorization.obligations import Column, ItemFact, columns_of, shows_birth, shows_loose_id
from authorization.policy import READING, SURFACES
from catalog import queries
from catalog.actions.events import EventTag, record
from catalog.errors import Conflict, InvalidInput, NotAllowed, NotFound
from catalog.identifiers import check_dataset_code
from catalog.models import Agency, DataItem


def issue(
    session: Session,
    *,
    code: str,
    agency: str,
    dataset: str,
    items: Sequence[str],
    purpose: str,
    legal_basis: str,
    valid_from: datetime,
    valid_until: datetime,
    surfaces: Sequence[str] = ("records", "delta_sharing"),
    account: str = "",
    row_filter: Mapping[str, Any] | None = None,
    masks: Mapping[str, str] | None = None,
    calls_per_day: int | None = None,
    rows_per_day: int | None = None,
    by: str,
    now: datetime,
) -> AccessGrant:
    """Give `agency` (or its one `account`) the named items of `dataset` for `purpose` in [valid_from, valid_until).

    row_filter: authorization.filters' JSON form. masks: item → mask ('phone', 'band:500', 'plain', ...).
    Raises NotFound, Conflict (code taken), NotAllowed (dataset not shared, or items of an
    upper-level platform), InvalidInput (items, masks, filter, terms;
    verification beside reading of a masked item; an id number shown 6+4 and a date of birth in one agency's hands).
    """
    _check_parties(session, code, agency, account)
    _check_shared(session, dataset)
    facts = facts_of(queries.items(session, dataset), queries.back_flow_items(session, dataset))
    columns = _check_scope(facts, items, masks or {}, row_filter)
    _check_together(session, agency, columns)
    _check_terms(purpose, legal_basis, valid_from, valid_until, surfaces, calls_per_day)
    _check_verify(surfaces, columns)
    grant = AccessGrant(
        code=code, agency=agency, account=account, dataset=dataset, items=list(items), purpose=purpose,
        row_filter=dict(row_filter or {}), masks=dict(masks or {}), legal_basis=legal_basis, surfaces=list(surfaces),
        valid_from=valid_from, valid_until=valid_until, calls_per_day=calls_per_day, rows_per_day=rows_per_day,
        issued_by=by, issued_at=now, revoked_at=None,
    )  # fmt: skip
    session.add(grant)
    advance(session)
    details = {"agency": agency, "dataset": dataset, "items": list(items), "surfaces": list(surfaces)}
    record(session, tag=EventTag.GRANT_ISSUED, subject=code, by=by, now=now, details=details)
    return grant


def revoke(session: Session, *, code: str, by: str, now: datetime) -> AccessGrant:
    """End a grant everywhere within 2 seconds: reads, page tokens, file URLs. Raises NotFound; twice is once."""
    grant = session.get(AccessGrant, code)
    if grant is None:
        raise NotFound(f"没有授权 {code}。", f"There is no grant {code}.", code="grant_unknown", grant=code)
    grant.revoked_at = grant.revoked_at or now
    advance(session)
    record(session, tag=EventTag.GRANT_REVOKED, subject=code, by=by, now=now, details={"dataset": grant.dataset})
    return grant


def facts_of(items: Sequence[DataItem], back_flow: Collection[str] = ()) -> tuple[ItemFact, ...]:
    """What the policy needs to know of a dataset's items, in order; back_flow: see queries.back_flow_items."""
    return tuple(
        ItemFact(item.name, item.kind, item.element, item.personal, item.key, item.name in back_flow) for item in items
    )


def _check_shared(session: Session, dataset: str) -> None:
    entry = queries.dataset(session, dataset)
    if entry.origin == "upper":
        raise NotAllowed(
            f"数据集 {dataset} 是上级平台回流的数据，不得作为本级数据再授权。请向上级平台申请共享。",
            f"Dataset {dataset} came back from an upper-level platform and is not ours to grant. Apply to that"
            " platform.",
            code="dataset_of_upper_level",
            dataset=dataset,
        )
    if entry.sharing == "none":
        raise NotAllowed(
            f"数据集 {dataset} 不予共享，不能授权。",
            f"Dataset {dataset} is not to be shared and cannot be granted.",
            code="dataset_not_shared",
            dataset=dataset,
        )


def _check_parties(session: Session, code: str, agency: str, account: str) -> None:
    if session.get(AccessGrant, check_dataset_code(code)) is not None:
        raise Conflict(f"授权 {code} 已存在。", f"Grant {code} exists already.", code="grant_exists", grant=code)
    if session.get(Agency, agency) is None:
        raise NotFound(f"没有部门 {agency}。", f"There is no agency {agency}.", code="agency_unknown", agency=agency)
    holder = session.get(Account, account) if account else None
    if account and (holder is None or holder.agency != agency):
        raise InvalidInput(
            "被授权账号不存在或不属于该部门。",
            "The account of a grant must exist and belong to the agency of the grant.",
            code="grant_account",
        )


def _check_ours(facts: Sequence[ItemFact], items: Sequence[str], row_filter: Mapping[str, Any] | None) -> None:
    """What an upper-level platform gave back is neither given nor filtered by: who gets a row would tell it, too."""
    kinds = {fact.name: fact.kind for fact in facts}
    named = {*items, *(items_of(parse(row_filter, kinds)) if row_filter else ())}
    if upper := sorted(named & {fact.name for fact in facts if fact.back_flow}):
        raise NotAllowed(
            f"数据项 {'、'.join(upper)} 只来自上级平台回流的数据，不得作为本级数据再授权。请向上级平台申请共享。",
            f"Items {', '.join(upper)} only hold what an upper-level platform gave back and are not ours to grant."
            " Apply to that platform.",
            code="item_of_upper_level",
            items=upper,
        )


def _check_scope(
    facts: Sequence[ItemFact], items: Sequence[str], masks: Mapping[str, str], row_filter: Mapping[str, Any] | None
) -> tuple[Column, ...]:
    known = {fact.name for fact in facts}
    if not items or not set(items) <= known or not set(masks) <= set(items):
        raise InvalidInput(
            "授权的数据项或脱敏项不在该数据集中。请对照目录。",
            "The grant names an item or masks one that the dataset does not have. Compare the catalogue.",
            code="grant_items",
        )
    _check_ours(facts, items, row_filter)
    columns, dropped = columns_of(facts, items, masks)
    if dropped:
        raise InvalidInput(
            f"敏感数据项 {'、'.join(dropped)} 没有默认脱敏方式，请指明脱敏方式或写明 plain。",
            f"Sensitive items {', '.join(dropped)} have no mask by default: name one, or say plain.",
            code="grant_mask_missing",
            items=list(dropped),
        )
    if row_filter:
        parse(row_filter, {fact.name: fact.kind for fact in facts})
    return columns


def _check_together(session: Session, agency: str, columns: Sequence[Column]) -> None:
    """Refuse what this grant and the agency's others, on whatever dataset, would betray together.

    Id numbers shown 6+4 and dates of birth never meet in one agency. Ended grants count, for what was read stays with
    its reader; revoked ones do not, for somebody decided on them.
    """
    held = [columns, *_held(session, agency)]
    if any(map(shows_loose_id, held)) and any(map(shows_birth, held)):
        raise InvalidInput(
            "同一部门不得既获得前六后四的身份证号又获得出生日期，二者合并可还原号码。请改用脱敏方式 resident_id。",
            "One agency may not have id numbers shown 6+4 and dates of birth: together they give the whole number."
            " Use the mask resident_id.",
            code="grant_rebuilds_id",
        )


def _held(session: Session, agency: str) -> list[tuple[Column, ...]]:
    query = select(AccessGrant).where(AccessGrant.agency == agency, AccessGrant.revoked_at.is_(None))
    return [
        columns_of(facts_of(queries.items(session, grant.dataset)), grant.items, grant.masks)[0]
        for grant in session.scalars(query)
    ]


def _check_terms(
    purpose: str,
    legal_basis: str,
    valid_from: datetime,
    valid_until: datetime,
    surfaces: Sequence[str],
    calls_per_day: int | None,
) -> None:
    if not purpose.strip() or not legal_basis.strip() or valid_until <= valid_from:
        raise InvalidInput(
            "授权须写明用途、依据和有效期（止晚于起）。",
            "A grant states its purpose, its legal basis and a period that ends after it begins.",
            code="grant_terms",
        )
    if not surfaces or not set(surfaces) <= SURFACES:
        raise InvalidInput(
            f"共享方式只能是 {'、'.join(sorted(SURFACES))}。",
            f"Ways of reading are {', '.join(sorted(SURFACES))}.",
            code="grant_surfaces",
        )
    if "verify" in surfaces and calls_per_day is None:
        raise InvalidInput(
            "核验方式须限定每日次数，以防逐个猜测。",
            "Verification needs a number of calls per day, or values could be guessed one by one.",
            code="grant_verify_unlimited",
        )


def _check_verify(surfaces: Sequence[str], columns: Sequence[Column]) -> None:
    """Refuse verification (which compares unmasked values) in a grant that also shows rows and masks an item of them.

    Two grants that do so together are refused by the policy, at every question.
    """
    if "verify" in surfaces and READING & set(surfaces) and any(column.mask != PLAIN for column in columns):
        raise InvalidInput(
            "授权中有脱敏数据项时，核验不得与读取并存，否则逐个核验可还原脱敏值。请分开授权或去掉核验。",
            "A grant that masks an item may not open verification beside reading: guess by guess it would undo the"
            " mask. Leave one of them out.",
            code="grant_verify_masked",
        )
