"""The credit base database (社会信用): permits and penalties of legal persons, with repair, withdrawal and validity.

A penalty that is repaired (信用修复), withdrawn or past its publication leaves credit_penalty and stands, without
what it was for and whom it was about, in credit_removal: a consumer takes its copy out by the number. Both are built
every day anew, because the day itself ends publications.
"""

from lake.bases.model import BaseModel, Validity, item

_WHO = (
    item("legal_id", "record_no", "法人标识", "Legal person id"),
    item("legal_name", "org_name", "法人名称", "Name by the legal-person base"),
    item("uscc", "uscc"),
    item("name", "credit_subject", "行政相对人名称", "Counterparty as delivered"),
)
_ORIGIN = (
    item("provided_by", "text", "数源部门", "Source agency"),
    item("batch", "record_no", "来源批次", "Source batch"),
)
_INPUTS = ("reform_repair", "legal_person", "legal_person_links")
_STEPS = ("repair_newest", "counterparty")

PERMIT = BaseModel(
    name="credit_permit",
    title_zh="行政许可信用库",
    title_en="Permits of legal persons",
    inputs=("reform_permit", *_INPUTS),
    items=(
        item("permit_no", "permit_no", key=True),
        *_WHO,
        item("permit_content", "permit_content"),
        item("decided_on", "decided_on"),
        item("valid_from", "valid_from"),
        item("valid_to", "valid_to"),
        item("state", "text", "当日状态", "State on the day of the build"),
        item("issuer", "decision_authority"),
        item("division_code", "division_code"),
        *_ORIGIN,
    ),
    folder="credit",
    steps=(*_STEPS, "credit_permit"),
    sources={name: ("reform",) for name in ("permit_no", "permit_content", "valid_to")},
    dated=True,
    valid=Validity("valid_from", "valid_to"),
)

PENALTY = BaseModel(
    name="credit_penalty",
    title_zh="行政处罚信用库",
    title_en="Penalties of legal persons that may be shown",
    inputs=("reform_penalty", *_INPUTS),
    items=(
        item("penalty_no", "penalty_no", key=True),
        *_WHO,
        item("fact", "penalty_fact"),
        item("decided_on", "decided_on"),
        item("publicised_until", "publicised_until"),
        item("amount", "amount"),
        item("issuer", "decision_authority"),
        *_ORIGIN,
    ),
    folder="credit",
    steps=(*_STEPS, "penalty_claim", "credit_penalty"),
    sources={name: ("reform",) for name in ("penalty_no", "fact", "amount")},
    dated=True,
    ordered=True,
    valid=Validity("decided_on", "publicised_until"),
)

REMOVAL = BaseModel(
    name="credit_removal",
    title_zh="信用修复与撤销库",
    title_en="Penalties no longer shown, and why",
    inputs=("reform_penalty", "reform_repair"),
    items=(
        item("penalty_no", "penalty_no", key=True),
        item("reason", "text", "移除原因", "Why it is no longer shown"),
        item("removed_on", "credit_repaired_on", "移除日期", "No longer shown since"),
        item("repair_no", "record_no", "修复或撤销文号", "Number of the decision"),
        item("decided_by", "decision_authority", "决定机关", "Who decided"),
        *_ORIGIN,
    ),
    folder="credit",
    steps=("repair_newest", "penalty_claim", "credit_removal"),
    sources={name: ("reform",) for name in ("penalty_no", "removed_on")},
    dated=True,
)
