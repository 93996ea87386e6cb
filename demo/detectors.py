"""Which rule or note of the hub ought to notice which kind of planted dirt. Used for scoring only.

`rules` are suffixes of rule ids ('.check_digit') or whole ids ('row.sex_matches_id', 'across.dead_still_held', which
looks into another department's table); `notes` are what standardising says it changed. A kind without either says why
no rule can decide it; linking records (identity) is judged by `bases.truth` instead. A kind not listed is an error.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Detector:
    """What notices a kind; `title_zh`, `title_en` say the kind to a person.

    by_number: the rule marks every row that holds the same number; the partner of a planted row is no false alarm.
    undecidable: why no rule or note can notice the kind; with it stand no rules, without it there must be some.
    """

    title_zh: str
    title_en: str
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    by_number: bool = False
    undecidable: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind that nobody wrote a rule for and nobody explained."""
        if bool(self.undecidable) == bool(self.rules or self.notes):
            raise ValueError(f"{self.title_en}: name the rules or notes that notice it, or say why none can")

    @property
    def decidable(self) -> bool:
        """Whether a rule or note can notice the kind at all."""
        return not self.undecidable


def of(kind: str) -> Detector:
    """The detector of a planted kind; raises LookupError for one not listed, which else would leave every claim."""
    if kind not in DETECTORS:
        raise LookupError(f"the generator plants {kind!r}, which demo/detectors.py does not list")
    return DETECTORS[kind]


IDENTITY = "every row is sound by itself: only linking it with another tells, which bases.truth judges"
CHANGED = "both texts may be true: only who else holds the person or organisation tells, which bases.truth judges"
ID_ITEMS = ("resident_id", "child_id", "mother_id")
ID_FAULTS = tuple(
    f"{item}.{fault}" for item in ID_ITEMS for fault in ("check_digit", "date", "prefix", "alphabet", "length")
)
DETECTORS: dict[str, Detector] = {
    "no_id": Detector("没有身份号码", "no id number", rules=("resident_id.required", "child_id.required")),
    "id_15": Detector("15 位身份号码", "15-digit id", notes=("upgraded15",)),
    "id_digit": Detector("身份号码错一位", "one wrong digit in an id", rules=ID_FAULTS),
    "id_swap": Detector("身份号码两位颠倒", "two digits of an id swapped", rules=ID_FAULTS),
    "id_lowercase_x": Detector("身份号码末位小写 x", "lower-case x in an id", notes=("uppercase",)),
    "name_variant": Detector("姓名同音或异体", "homophone or variant name", undecidable=CHANGED),
    "rare_character": Detector("姓名用字被替换", "rare character replaced", undecidable=CHANGED),
    "name_middle_dot": Detector(
        "间隔号写法不一", "middle dot written otherwise", notes=("variant_dot", "blanks")
    ),  # a dot written as a blank is noticed as one
    "name_dot_lost": Detector("间隔号丢失", "middle dot lost", undecidable=CHANGED),
    "birth_wrong": Detector("出生日期错误", "wrong birth date", rules=("row.birth_matches_id",)),
    "birth_placeholder": Detector("出生日期为占位值", "placeholder birth date", rules=(".placeholder",)),
    "sex_wrong": Detector("性别错误", "wrong sex", rules=("row.sex_matches_id",)),
    "address_partial": Detector(
        "地址不完整或别名",
        "partial or alias address",
        undecidable="a short or popular form is a sound address: the address benchmark judges whether it is found",
    ),
    "address_stale": Detector(
        "地址过时", "stale address", undecidable="it was true once: nothing on the row says that the person has moved"
    ),
    "phone_missing": Detector("缺少电话", "missing phone", rules=("phone.required",)),
    "phone_shared": Detector(
        "共用电话", "shared phone", undecidable="families and offices share numbers in truth as well"
    ),
    "duplicate_inside": Detector(
        "部门内部重复",
        "double inside one department",
        rules=("resident_id.duplicate", "child_id.duplicate"),
        by_number=True,
    ),
    "dead_still_held": Detector(
        "已故或迁出仍在册",
        "dead or moved but still held",
        rules=(
            *("across.dead_still_held", "across.gone_still_held"),
            *("across.dead_still_held_by_identity", "across.gone_still_held_by_identity"),
        ),
    ),
    "id_shared": Detector(
        "一号多人",
        "one number used by two people",
        rules=("resident_id.duplicate", "child_id.duplicate"),
        by_number=True,
    ),
    "id_two_numbers": Detector("一人多号", "two numbers for one person", undecidable=IDENTITY),
    "no_uscc": Detector("没有统一社会信用代码", "no USCC", rules=("uscc.required",)),
    "uscc_case": Detector("信用代码小写", "lower-case USCC", notes=("uppercase",)),
    "uscc_confusable": Detector("信用代码 O/0、I/1 混淆", "O/0 or I/1 in a USCC", notes=("confusable",)),
    "uscc_check": Detector("信用代码校验位错误", "wrong check character in a USCC", rules=("uscc.check_digit",)),
    "former_name": Detector("使用曾用名", "former name", undecidable=CHANGED),
    "name_bracket": Detector("括号和空格不一", "brackets and blanks vary", notes=("bracket_variant", "blanks")),
    "name_abbreviation": Detector("名称简写", "abbreviated name", undecidable=CHANGED),
    "branch_confusable": Detector("易混淆的分支机构", "confusable branch", undecidable=IDENTITY),
    "cancelled_live": Detector(
        "已注销仍在用",
        "cancelled but live elsewhere",
        rules=("across.cancelled_still_taxed", "across.cancelled_still_taxed_by_identity"),
    ),
    "fullwidth": Detector("全角字符", "full-width characters", notes=("fullwidth",)),
    "date_format": Detector("日期格式不一", "dates in mixed formats", notes=("date_format",)),
    "division_abolished": Detector(
        "已撤销的区划代码", "abolished division code", rules=(".known",), notes=("abolished_division",)
    ),
    "unit_slip": Detector(
        "元与万元混用",
        "yuan for ten thousand yuan",
        rules=("unit_slip", "amount_out_of_range", "pay_base_out_of_range"),
    ),
    "outside_county": Detector("坐标在县外", "outside the county", rules=(".inside_county",)),
    "invalid_geometry": Detector("图形无效", "invalid geometry", rules=("geometry.valid",)),
    "swapped_axes": Detector("经纬度颠倒", "longitude and latitude swapped", notes=("swapped_axes",)),
    "licence_check": Detector(
        "电子证照标识校验位错误", "wrong check character in a licence identifier", rules=("licence_id.check_digit",)
    ),
    "figure_differs": Detector(
        "部门间指标数值不一", "departments differ on an indicator", rules=("across.differs_from_statistics",)
    ),
    "late": Detector("迟到的消息", "late message", rules=("row.late", ".late")),
    "double": Detector("重复的消息", "message sent twice", rules=("key.duplicate",)),
    "clock_skew": Detector("时钟偏差", "clock skew", rules=("row.observed_after_received",)),
}
