"""What the matcher's terms are called: levels of agreement, steps of the evidence, rules of fields."""

from collections.abc import Mapping
from typing import Final

from exchange_api.views.names import Pair

LEVELS: Final[Mapping[str, Pair]] = {
    "prior": ("先验：任意两条记录为同一的把握", "to begin with: how likely any two records are the same"),
    "people": ("人工结论", "what people decided"),
    "rule": ("规则（如两个有效号码不同）", "a rule (such as two valid numbers that differ)"),
    "missing": ("缺值，不计", "one is empty: not counted"),
    "nothing in common": ("不一致", "different"),
    "equal": ("相等", "the same"),
    "exchanged": ("姓与名对调", "surname and given name exchanged"),
    "half exchanged": ("姓与名部分对调", "surname and given name partly exchanged"),
    "former name": ("与曾用名相等", "the same as a former name"),
    "account slip": ("账号相差不超过两个字符", "account at most two characters different"),
    "all parts near": ("年月日均相近", "year, month and day all near"),
    "as far as legible": ("可辨认部分相同", "the same as far as legible"),
    "contained": ("一方包含另一方", "one contains the other"),
    "edits 1": ("相差一个字符", "one character different"),
    "edits 1 or same end": ("相差一个字符，或末九位相同", "one character different, or the last nine the same"),
    "much in common": ("大部分相同", "mostly the same"),
    "near core": ("字号相近", "similar trade name"),
    "nearly": ("几乎相同", "nearly the same"),
    "one part": ("部分相同", "partly the same"),
    "one slip": ("相差一处", "one slip"),
    "other number": ("门牌号不同", "another house number"),
    "related": ("有关联", "related"),
    "same account": ("账号相同", "the same account"),
    "same area": ("同一区域", "the same area"),
    "same core": ("字号相同", "the same trade name"),
    "same sound": ("读音相同", "sounds the same"),
    "short form": ("一方为简称", "one is a short form"),
    "similarity 0.8": ("相似度不低于 0.8", "similar by 0.8 or more"),
    "similarity 0.88": ("相似度不低于 0.88", "similar by 0.88 or more"),
    "similarity 0.92": ("相似度不低于 0.92", "similar by 0.92 or more"),
    "sound": ("读音相同", "sounds the same"),
    "start": ("开头相同", "begins the same"),
    "two parts near": ("年月日有两项相近", "two of year, month and day near"),
    "two parts of three": ("年月日有两项相同", "two of year, month and day the same"),
    "words": ("用词大体相同", "mostly the same words"),
    "words 70": ("用词七成相同", "seven in ten words the same"),
    "words 90": ("用词九成相同", "nine in ten words the same"),
}
"""Label of a level (lake.matching.roles) or of a step (lake.matching.review) -> what it is called, in plain words."""
RULES: Final[Mapping[str, Pair]] = {
    "order": ("按数源部门次序，同一来源取最新", "the source departments' order; of one source the newest"),
    "recency": ("取最新", "the newest"),
    "earliest": ("取最早", "the earliest"),
    "full_name": ("按数源部门次序取登记全称", "the registered full name, in the source departments' order"),
}
"""Rule of a field (lake/bases/<base>/fields.csv) -> what it says."""


def level(label: str) -> Pair:
    """A level of agreement, or what a step stands for."""
    return LEVELS.get(label, (label, label))


def rule(code: str | None) -> Pair:
    """How the winner of a field is found."""
    return RULES.get(code or "", (code or "", code or ""))
