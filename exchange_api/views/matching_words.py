"""What the matcher's terms are called: levels of agreement, steps of the evidence, rules of fields."""

from collections.abc import Mapping
from typing import Final

from exchange_api.views.names import Pair

LEVELS: Final[Mapping[str, str]] = {
    "prior": "先验：任意两条记录为同一的把握",
    "people": "人工结论",
    "rule": "规则（如两个有效号码不同）",
    "missing": "缺值，不计",
    "nothing in common": "不一致",
    "equal": "相等",
    "exchanged": "姓与名对调",
    "half exchanged": "姓与名部分对调",
    "former name": "与曾用名相等",
    "account slip": "账号相差一处",
    "all parts near": "年月日均相近",
    "as far as legible": "可辨认部分相同",
    "contained": "一方包含另一方",
    "edits 1": "相差一个字符",
    "much in common": "大部分相同",
    "near core": "字号相近",
    "nearly": "几乎相同",
    "one part": "部分相同",
    "one slip": "相差一处",
    "other number": "门牌号不同",
    "related": "有关联",
    "same account": "账号相同",
    "same area": "同一区域",
    "same core": "字号相同",
    "same sound": "读音相同",
    "short form": "一方为简称",
    "similarity 0.8": "相似度不低于 0.8",
    "similarity 0.88": "相似度不低于 0.88",
    "similarity 0.92": "相似度不低于 0.92",
    "sound": "读音相同",
    "start": "开头相同",
    "two parts near": "年月日有两项相近",
    "two parts of three": "年月日有两项相同",
    "words": "用词大体相同",
    "words 70": "用词七成相同",
    "words 90": "用词九成相同",
}
"""Label of a level (lake.matching.roles) or of a step (lake.matching.review) -> what it is called in Chinese."""
RULES: Final[Mapping[str, Pair]] = {
    "order": ("按数源部门次序，同一来源取最新", "the source departments' order; of one source the newest"),
    "recency": ("取最新", "the newest"),
    "earliest": ("取最早", "the earliest"),
    "full_name": ("按数源部门次序取登记全称", "the registered full name, in the source departments' order"),
}
"""Rule of a field (lake/bases/<base>/fields.csv) -> what it says."""


def level(label: str) -> Pair:
    """A level of agreement, or what a step stands for."""
    return LEVELS.get(label, label), label


def rule(code: str | None) -> Pair:
    """How the winner of a field is found."""
    return RULES.get(code or "", (code or "", code or ""))
