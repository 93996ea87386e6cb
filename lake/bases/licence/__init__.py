"""The electronic-licence base database (电子证照): identifiers by GB/T 36904, holders resolved, state on a day.

Many licences are about a person: the number of some is the citizen's own, and which one it is (残疾人证), by name, by
type or by who issued it, tells a disability. So these are graded like that number and like a disability, and whatever
else is said of a licence like its holder.
"""

from lake.bases.model import BaseModel, Validity, item

LICENCE = BaseModel(
    name="licence",
    title_zh="电子证照库",
    title_en="Electronic licences",
    inputs=("approval_licence", "population", "legal_person"),
    items=(
        item("licence_id", "licence_id", key=True),
        item("licence_no", "licence_no"),
        item("licence_name", "licence_name"),
        item("licence_type_code", "licence_type_code"),
        item("version", "licence_version"),
        item("issuer", "licence_issuer"),
        item("issuer_code", "licence_issuer_code"),
        item("issued_on", "licence_issued_on"),
        item("valid_from", "licence_valid_from"),
        item("valid_to", "licence_valid_to"),
        item("in_force_to", "licence_valid_to", "实际有效至", "In force to"),
        item("holder", "licence_holder"),
        item("holder_code", "licence_holder_code"),
        item("holder_type", "licence_holder_type"),
        item("holder_kind", "text", "持证主体类别", "Kind of holder", grade="L3", personal="general"),
        item("person_id", "person_no", "人员标识", "Person id", grade="L3"),
        item("legal_id", "record_no", "法人标识", "Legal person id"),
        item("holder_found_by", "text", "持证主体识别依据", "How the holder was found", grade="L3", personal="general"),
        item("status", "licence_status"),
        item("state", "text", "当日状态", "State on the day of the build", grade="L3", personal="general"),
        item("provided_by", "text", "数源部门", "Source agency"),
        item("batch", "record_no", "来源批次", "Source batch"),
    ),
    folder="licence",
    steps=("licence_claim", "holder_person", "holder_organisation", "licence_held", "licence"),
    sources={name: ("approval",) for name in ("licence_id", "status", "valid_to", "holder")},
    dated=True,
    ordered=True,
    valid=Validity("valid_from", "in_force_to"),
    membership="person_id",
)
