"""The legal-person base database (法人单位信息资源库): one row per organisation, by its organisation code (GB 11714).

A social credit code embeds that code, so departments that know only one of the two meet; old registration numbers
are led to it through the register of enterprises. Rows no number leads to it are matched (models/legal_person.json).
"""

from lake.bases.model import BaseModel, Identity, field_orders, item, traced

_FIELDS = (
    item("uscc", "uscc"),
    item("org_code", "org_code"),
    item("reg_no", "reg_no"),
    item("name", "org_name"),
    item("former_name", "former_org_name"),
    item("org_type", "org_type"),
    item("legal_representative", "legal_representative"),
    item("legal_representative_id", "resident_id", "法定代表人身份号码", "Identity number of the representative"),
    item("capital", "capital"),
    item("established_on", "established_on"),
    item("address", "org_address"),
    item("industry", "industry"),
    item("status", "legal_person_status"),
    item("tax_status", "tax_status"),
    item("credit_grade", "credit_grade"),
)

LEGAL_PERSON = BaseModel(
    name="legal_person",
    title_zh="法人单位信息资源库",
    title_en="Legal-person base database",
    inputs=(
        "market_enterprise",
        "establishment_unit",
        "civil_organisation",
        "tax_payer",
        "reform_permit",
        "reform_penalty",
    ),
    items=(
        item("legal_id", "record_no", "法人标识", "Legal person id", key=True),
        *(part for each in _FIELDS for part in traced(each)),
        item("providers", "text", "提供部门", "Providing agencies"),
        item("source_rows", "count", "来源记录数", "Source rows"),
    ),
    folder="legal_person",
    steps=(
        "organisation_observation",
        "registration_map",
        "organisation_keyed",
        "organisation_record",
        "organisation_placed",
        "organisation_ranked",
        "organisation_winner",
        "legal_person",
    ),
    entity=("organisation_placed", "legal_id"),
    identity=Identity("legal_person", "organisation_record", "organisation_identity", "L"),
    beside=("legal_person_links",),
    beside_entities=("legal_person_provenance",),
    sources={order.name: order.agencies for order in field_orders("legal_person")},
)
