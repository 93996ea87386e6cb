"""The public-service base database (公共服务资源): schools, homes, halls, with place, address and hours."""

from lake.bases.model import BaseModel, item

_FIELDS = (
    item("source_no", "record_no", "部门设施编号", "Number in the department"),
    item("name", "facility_name"),
    item("kind", "facility_kind"),
    item("address", "facility_address"),
    item("address_level", "text", "地址匹配级别", "Level of the address reached"),
    item("address_code", "address_code"),
    item("community_code", "community_code"),
    item("township_code", "township_code"),
    item("longitude", "longitude"),
    item("latitude", "latitude"),
    item("opening_hours", "opening_hours"),
    item("phone", "facility_phone"),
    item("status", "facility_status"),
    item("managing_uscc", "managing_uscc"),
)

PUBLIC_SERVICE = BaseModel(
    name="public_service",
    title_zh="公共服务资源库",
    title_en="Public-service facilities",
    inputs=("education_school", "civil_facility", "spatial_address_text", "spatial_grid"),
    items=(
        item("facility_id", "record_no", "设施标识", "Facility id", key=True),
        *_FIELDS,
        item("provided_by", "text", "数源部门", "Source agency"),
        item("batch", "record_no", "来源批次", "Source batch"),
    ),
    folder="public_service",
    steps=("facility_claim", "facility_unplaced", "public_service"),
    sources={name: ("education", "civil") for name in ("name", "kind", "address", "opening_hours")},
    spatial=True,
    ordered=True,
)
