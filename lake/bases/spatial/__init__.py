"""The spatial base databases (自然资源和空间地理): divisions, standard addresses, buildings, grids, parcels. CGCS2000.

Points are the centroids of their geometries; parcels and buildings keep the geometry itself as WKB. What the matcher of
address texts leaves beside its table for the next build: lake/bases/spatial/addressing.py.
"""

from catalog.contracts import Item
from lake.addresses.match import STEPS
from lake.bases.model import BaseModel, item

_PLACE = (item("longitude", "longitude"), item("latitude", "latitude"))
_SHAPE = (*_PLACE, item("geometry", "geometry"))
_ORIGIN = (
    item("provided_by", "text", "数源部门", "Source agency"),
    item("batch", "record_no", "来源批次", "Source batch"),
)


def _order(items: tuple[Item, ...], *agencies: str) -> dict[str, tuple[str, ...]]:
    return {each.name: agencies for each in items}


_DIVISION = (item("name", "place_name"), *_SHAPE)
DIVISION = BaseModel(
    name="spatial_division",
    title_zh="行政区划库",
    title_en="Administrative divisions",
    inputs=(
        "bureau_division",
        "land_county",
        "civil_township",
        "civil_village",
        "civil_village_rare",
        "land_grid",
        "police_address",
    ),
    items=(
        item("division_code", "community_code", "区划代码", "Division code", key=True),
        item("name", "place_name"),
        item("name_from", "text", "名称（数源部门）", "Name: source agency"),
        item("name_batch", "record_no", "名称（来源批次）", "Name: source batch"),
        item("level", "text", "级别", "Level"),
        item("parent_code", "community_code", "上级区划代码", "Code of the division above"),
        item("abolished", "boolean", "是否已撤销", "Abolished"),
        item("successor", "code", "后继区划代码", "Code of the successor"),
        *_SHAPE,
        item("providers", "text", "提供部门", "Providing agencies"),
    ),
    folder="spatial",
    steps=("division_claim", "spatial_division"),
    sources=_order(_DIVISION, "civil", "land", "bureau"),
    spatial=True,
)

_ADDRESS = (
    item("full_address", "full_address"),
    item("alias", "address_alias"),
    item("community_code", "community_code"),
    item("township_code", "township_code"),
    item("division_code", "division_code"),
    item("road", "road"),
    item("door_no", "door_no"),
    item("building_no", "building_no"),
    item("building_id", "building_id"),
    *_PLACE,
)
ADDRESS = BaseModel(
    name="spatial_address",
    title_zh="标准地址库",
    title_en="Standard addresses",
    inputs=("police_address",),
    items=(item("address_code", "address_code", key=True), *_ADDRESS, *_ORIGIN),
    folder="spatial",
    steps=("spatial_address",),
    sources=_order(_ADDRESS, "police"),
)

# The matcher's own folder: its SQL is the same here and wherever else texts are matched.
_MATCHER = "../addresses/steps"
_ADDRESSED = (
    "police_person",
    "health_birth",
    "hrss_insurance",
    "civil_subsistence",
    "education_pupil",
    "market_enterprise",
    "establishment_unit",
    "civil_organisation",
    "tax_payer",
    "education_school",
    "civil_facility",
)
_FOUND = (
    item("level", "text", "匹配级别", "Level reached"),
    item("score", "decimal", "匹配得分", "Score"),
    item("address_code", "address_code", grade="L3"),
    item("household_code", "address_code", "一户一码", "Household code", grade="L3"),
    item("building_id", "building_id", grade="L3"),
    item("community_code", "community_code"),
    item("township_code", "township_code"),
)
"""Of a text that somebody gave as theirs, its code is where they live; of the register itself it is not (_ADDRESS)."""
_GRADE, _PERSONAL = "L4", "sensitive"
"""Of whose row lies at an address: those of civil live on an allowance, those of education are children."""
_READ_ONCE = ("standard_address", "address_line")
"""Views, of which the next step reads what it needs."""
_MATCHED = ("standard_address", "address_line", "address_read", "address_asked", *STEPS)
ADDRESS_TEXT = BaseModel(
    name="spatial_address_text",
    title_zh="地址文本匹配库",
    title_en="Address texts and the standard addresses they mean",
    inputs=(*_ADDRESSED, "spatial_address"),
    items=(item("address", "address_text", key=True), *_FOUND),
    folder=_MATCHER,
    steps=(*_MATCHED, "spatial_address_text"),
    held=tuple(step for step in _MATCHED if step not in _READ_ONCE),
    texts=True,
    sources={name: ("police",) for name in ("address_code", "household_code", "building_id")},
)

ADDRESS_LINK = BaseModel(
    name="spatial_address_link",
    title_zh="部门记录与标准地址关联库",
    title_en="Departments' rows and the standard addresses they lie at",
    inputs=(*_ADDRESSED, "spatial_address_text"),
    items=(
        item("record_id", "record_no", "关联标识", "Link id", key=True, grade=_GRADE, personal=_PERSONAL),
        item("dataset", "code", "数据资源", "Dataset", grade=_GRADE, personal=_PERSONAL),
        item("agency", "code", "部门", "Agency", grade=_GRADE, personal=_PERSONAL),
        item("batch", "record_no", "来源批次", "Source batch", grade=_GRADE, personal=_PERSONAL),
        item("row_no", "count", "行号", "Row", grade=_GRADE, personal=_PERSONAL),
        item("source_key", "record_no", "来源记录编号", "Key in the source", grade=_GRADE, personal=_PERSONAL),
        *_FOUND,
    ),
    folder=_MATCHER,
    steps=("address_line", "spatial_address_link"),
    sources={name: ("police",) for name in ("address_code", "household_code", "building_id")},
    membership="dataset",
)

_BUILDING = (
    item("name", "place_name"),
    item("floors", "floors"),
    item("address", "full_address"),
    item("community_code", "community_code"),
    item("addresses", "count", "地址数", "Number of addresses"),
    *_SHAPE,
)
BUILDING = BaseModel(
    name="spatial_building",
    title_zh="建筑物库",
    title_en="Buildings",
    inputs=("land_building", "police_address"),
    items=(item("building_id", "building_id", key=True), *_BUILDING, *_ORIGIN),
    folder="spatial",
    steps=("spatial_building",),
    sources=_order(_BUILDING, "land") | {"community_code": ("police",), "addresses": ("police",)},
    spatial=True,
)

_GRID = (
    item("name", "place_name"),
    item("township", "place_name", "所属镇街", "Township"),
    item("township_code", "township_code"),
    item("community_code", "community_code"),
    *_SHAPE,
)
GRID = BaseModel(
    name="spatial_grid",
    title_zh="基层治理网格库",
    title_en="Grids",
    inputs=("land_grid",),
    items=(item("grid_code", "grid_code", key=True), *_GRID, *_ORIGIN),
    folder="spatial",
    steps=("spatial_grid",),
    sources=_order(_GRID, "land"),
    spatial=True,
)

_PARCEL = (
    item("use_code", "land_use_code"),
    item("area_m2", "area"),
    item("right_holder", "right_holder"),
    *_SHAPE,
)
PARCEL = BaseModel(
    name="spatial_parcel",
    title_zh="宗地库",
    title_en="Parcels",
    inputs=("land_parcel",),
    items=(item("parcel_code", "parcel_code", key=True), *_PARCEL, *_ORIGIN),
    folder="spatial",
    steps=("spatial_parcel",),
    sources=_order(_PARCEL, "land"),
    spatial=True,
)
