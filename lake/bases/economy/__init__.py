"""The economic base database (宏观经济): indicators by code, period and unit, with every revision that was published.

Units are turned into each other by the factors of unit_factor.csv alone; a unit without one keeps the figure out of
comparison (its value is NULL, what was reported stays). Departments' order, per indicator where it differs: fields.csv.
"""

from lake.bases.model import BaseModel, Validity, item

_FIGURE = (
    item("indicator_code", "indicator_code"),
    item("indicator_name", "indicator_name"),
    item("period", "period"),
    item("value", "value"),
    item("unit", "unit"),
    item("growth", "growth"),
    item("reported_value", "value", "填报数值", "Value as reported"),
    item("reported_unit", "unit", "填报单位", "Unit as reported"),
    item("published_on", "publicised_on", "发布日期", "Published on"),
    item("superseded_on", "date", "被修订日期", "Superseded on"),
    item("revision", "count", "第几次发布", "Which publication"),
)
_ORIGIN = (
    item("provided_by", "text", "数源部门", "Source agency"),
    item("batch", "record_no", "来源批次", "Source batch"),
)
_KEY = item("figure_id", "record_no", "指标数值标识", "Figure id", key=True)
_KNOWN = Validity("published_on", "superseded_on", until=True)
_ORDER = ("stats", "finance")

CLAIM = BaseModel(
    name="economy_claim",
    title_zh="宏观经济指标各部门发布库",
    title_en="Economic indicators as every department published them",
    inputs=("stats_indicator", "finance_indicator"),
    items=(_KEY, *_FIGURE, item("source_rank", "decimal", "数源顺位", "Place of the department"), *_ORIGIN),
    folder="economy",
    steps=("indicator_claim", "indicator_ranked", "indicator_unit", "economy_claim"),
    sources={name: _ORDER for name in ("value", "indicator_name")},
    declared=("fields", "unit_factor"),
    valid=_KNOWN,
)

ECONOMY = BaseModel(
    name="economy",
    title_zh="宏观经济库",
    title_en="Economic base database",
    inputs=("economy_claim",),
    items=(
        _KEY,
        *_FIGURE,
        item("newest", "boolean", "是否最新", "The newest"),
        item("contradicted", "boolean", "部门间是否矛盾", "Contradicted by another department"),
        item("other_values", "text", "其他部门数值", "What other departments say"),
        *_ORIGIN,
    ),
    folder="economy",
    steps=("economy_source", "economy_dispute", "economy"),
    sources={name: _ORDER for name in ("value", "indicator_name")},
    ordered=True,
    valid=_KNOWN,
)
