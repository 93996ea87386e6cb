"""The population base database (人口基础信息库): one row per person, as every department's rows about them agree.

Rows with the same valid identity number (GB 11643) are one person unless their names say otherwise; rows without one
are matched (lake/matching, models/person.json). Fusion then is by the order of departments in fields.csv.
"""

from lake.bases.model import BaseModel, Identity, field_orders, item, traced

_FIELDS = (
    item("resident_id", "resident_id"),
    item("name", "person_name"),
    item("sex", "sex"),
    item("ethnic", "ethnic"),
    item("birth_date", "birth_date"),
    item("address", "address_text", "住址", "Address"),
    item("division_code", "division_code"),
    item("phone", "phone"),
    item("household_no", "household_no"),
    item("relation", "family_relation"),
    item("death_date", "death_date"),
)

_GRADE, _PERSONAL = "L4", "sensitive"
"""Of which departments have rows about somebody: that civil is one of them says who lives on an allowance."""

POPULATION = BaseModel(
    name="population",
    title_zh="人口基础信息库",
    title_en="Population base database",
    inputs=(
        "police_person",
        "health_birth",
        "health_death",
        "hrss_insurance",
        "civil_subsistence",
        "education_pupil",
    ),
    items=(
        item("person_id", "person_no", "人员标识", "Person id", key=True, grade="L3", personal="general"),
        *(part for each in _FIELDS for part in traced(each, grade=_GRADE, personal=_PERSONAL)),
        item("status", "person_status"),
        item("alive", "boolean", "是否在世", "Alive", grade="L3", personal="general"),
        item("providers", "text", "提供部门", "Providing agencies", grade=_GRADE, personal=_PERSONAL),
        item("source_rows", "count", "来源记录数", "Source rows", grade="L3", personal="general"),
    ),
    folder="population",
    steps=(
        "person_observation",
        "person_numbered",
        "person_record",
        "person_placed",
        "person_ranked",
        "person_winner",
        "population",
    ),
    entity=("person_placed", "person_id"),
    identity=Identity("person", "person_record", "person_identity", "P"),
    beside=("population_links",),
    beside_entities=("population_provenance",),
    sources={order.name: order.agencies for order in field_orders("population")},
)
