"""Topic databases (主题库): answers to one purpose, made from base databases and what a department adds to them."""

from lake.bases.model import BaseModel, item
from lake.bases.population import POPULATION

_PERSON = ("resident_id", "name", "sex", "birth_date", "address", "division_code", "phone")
_PROVIDERS = item("providers", "text", "提供部门", "Providing agencies", grade="L4", personal="sensitive")

HOUSING_SUPPORT = BaseModel(
    name="topic_housing_support",
    title_zh="住房保障对象主题库",
    title_en="People entitled to housing support",
    inputs=("population", "civil_subsistence", "spatial_division"),
    items=(
        item("person_id", "person_no", "人员标识", "Person id", key=True, grade="L3", personal="general"),
        item("resident_id", "resident_id"),
        item("name", "person_name"),
        item("sex", "sex"),
        item("birth_date", "birth_date"),
        item("address", "address_text", "住址", "Address"),
        item("township_code", "township_code"),
        item("division_code", "division_code"),
        item("phone", "phone"),
        item("monthly_amount", "monthly_amount"),
        item("approved_on", "date", "批准日期", "Date of approval", grade="L3", personal="general"),
        item("alive", "boolean", "是否在世", "Alive", grade="L3", personal="general"),
        _PROVIDERS,
        item("batch", "record_no", "来源批次", "Source batch", grade="L3", personal="general"),
    ),
    folder="topic",
    steps=("topic_housing_support",),
    sources={name: POPULATION.sources[name] for name in _PERSON}
    | {"monthly_amount": ("civil",), "approved_on": ("civil",)},
    zone="topic",
    membership="monthly_amount",
)

RESIDENT_PLACE = BaseModel(
    name="topic_resident_place",
    title_zh="人房网格关联主题库",
    title_en="People, their homes and grids",
    inputs=("population", "spatial_address_text", "spatial_building", "spatial_grid"),
    items=(
        item("person_id", "person_no", "人员标识", "Person id", key=True, grade="L3", personal="general"),
        item("level", "text", "匹配级别", "Level reached"),
        item("score", "decimal", "匹配得分", "Score"),
        item("address_code", "address_code", grade="L3"),
        item("household_code", "address_code", "一户一码", "Household code", grade="L3"),
        item("building_id", "building_id", grade="L3"),
        item("grid_code", "grid_code"),
        item("community_code", "community_code"),
        item("township_code", "township_code"),
        item("address_from", "text", "地址（数源部门）", "Address: source agency", grade="L4", personal="sensitive"),
        item("alive", "boolean", "是否在世", "Alive", grade="L3", personal="general"),
        _PROVIDERS,
    ),
    folder="topic",
    steps=("topic_resident_place",),
    sources={"address_code": ("police",), "building_id": ("police",), "grid_code": ("land",)},
    zone="topic",
    spatial=True,
)
