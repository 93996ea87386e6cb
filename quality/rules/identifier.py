"""Rules on identifiers and formatted codes, by data element. Pure: makes SQL text, runs none.

Each calls one of the hub's SQL functions (lake/engines/functions.sql), which answers with the kind of fault and NULL
when the value is right. That answer is a Fact: computed once per row, however many rules ask for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.contracts import Contract, Item
from catalog.standards.elements import Element
from quality.rules.rule import GBT_36344, Fact, Rule, Severity, item_rule, quoted

CALLS: dict[str, str] = {
    "resident_id": (
        "CASE WHEN substr({0}, 7, 8) > strftime({{now}}, '%Y%m%d') THEN 'date' ELSE resident_id_fault({0}) END"
    ),
    "foreign_resident_id": "foreign_card_fault({0}, {{now}})",
    "travel_permit_no": "travel_permit_fault({0})",
    "passport_no": "passport_fault({0})",
    "uscc": "uscc_fault({0})",
    "org_code": "org_code_fault({0})",
    "reg_no": "reg_no_fault({0})",
    "phone": "phone_fault({0})",
    "parcel_code": "parcel_fault({0})",
    "industry": "industry_fault({0})",
    "licence_id": "licence_id_fault({0})",
    "plate_no": "plate_fault({0})",
    "bank_card_no": "bank_card_fault({0})",
    "real_estate_unit_code": "real_estate_unit_fault({0})",
}
"""Data element -> SQL that gives the fault of its value. A number with a day of birth to come has a wrong date."""


@dataclass(frozen=True)
class Check:
    """One rule on the values of a data element. `test` is SQL over {0}, the fault; `dimension` an indicator code."""

    rule: str
    severity: Severity
    dimension: str
    clause: str
    zh: str
    en: str
    test: str = "{0} IS NOT NULL"


_ORG = "{0} = 'org_check'"
_WRONG_USCC = "{0} IS NOT NULL AND {0} <> 'org_check'"

CHECKS: dict[str, tuple[Check, ...]] = {
    "resident_id": (
        Check("check_digit", "block", "0301", "GB 11643-1999", "公民身份号码有误", "is not a valid identity number"),
    ),
    "foreign_resident_id": (
        Check(
            "check_digit",
            "block",
            "0301",
            "GB 11643-1999 (MOD 11-2)",
            "外国人永久居留身份证号码有误",
            "is not a valid foreign permanent resident card number",
        ),
    ),
    # People also hold papers of other states and older forms: worth a look, no reason to hold a row.
    "travel_permit_no": (
        Check(
            "format", "warn", "0302", GBT_36344, "来往内地（大陆）通行证号码格式不符", "is not a travel permit number"
        ),
    ),
    "passport_no": (
        Check("format", "warn", "0302", GBT_36344, "不是中国护照号码的格式", "has not the form of a Chinese passport"),
    ),
    "uscc": (
        Check("check_digit", "block", "0301", "GB 32100-2015", "统一社会信用代码有误", "is no valid code", _WRONG_USCC),
        # Some codes issued early fail only the organisation code inside them: worth a look, no reason to hold a row.
        Check(
            "org_check",
            "warn",
            "0301",
            "GB 11714-1997",
            "主体标识码校验不符",
            "holds a wrong organisation code",
            _ORG,
        ),
    ),
    "org_code": (
        Check("check_digit", "block", "0301", "GB 11714-1997", "组织机构代码有误", "is not a valid organisation code"),
    ),
    "reg_no": (
        Check("check_digit", "warn", "0301", "GS 15-2006", "营业执照注册号有误", "is not a valid registration number"),
    ),
    "plate_no": (Check("format", "warn", "0302", "GA 36-2018", "机动车号牌格式不符", "is not a plate number"),),
    "bank_card_no": (
        Check("check_digit", "warn", "0301", "ISO/IEC 7812-1", "银行卡号有误", "is not a valid bank card number"),
    ),
    "real_estate_unit_code": (
        Check("format", "warn", "0302", "GB/T 37346-2019", "不动产单元代码格式不符", "is not a real estate unit code"),
    ),
    "phone": (Check("format", "warn", "0302", GBT_36344, "电话号码格式不符", "is not a telephone number"),),
    "parcel_code": (Check("format", "warn", "0302", "GB/T 37346-2019", "宗地代码格式不符", "is not a parcel code"),),
    # Issuers' own systems give wrong check characters, so neither holds a row.
    "licence_id": (
        Check(
            "format",
            "warn",
            "0302",
            "GB/T 36904-2018",
            "电子证照标识格式不符",
            "is no licence identifier",
            "{0} IN ('prefix', 'form')",
        ),
        Check(
            "check_digit",
            "warn",
            "0301",
            "GB/T 36904-2018",
            "电子证照标识校验位有误",
            "has a wrong check character",
            "{0} = 'check_digit'",
        ),
    ),
    "industry": (Check("code_list", "warn", "0105", "GB/T 4754-2017", "行业代码不存在", "is not an industry code"),),
}


def fault_fact(item: Item) -> Fact | None:
    """The Fact holding the fault of an item's value (NULL: right), or None when its data element has no check."""
    call = CALLS.get(item.element)
    return Fact(quoted(f"_fault_{item.name}"), call.format(quoted(item.name))) if call else None


def identifier_rules(contract: Contract, item: Item, standard: Element) -> Iterator[Rule]:
    """The checks of the item's data element; none for most elements."""
    fact = fault_fact(item)
    if fact is None:
        return
    for check in CHECKS[item.element]:
        yield item_rule(
            contract,
            item,
            check.rule,
            check.test.format(fact.name),
            severity=check.severity,
            dimension=check.dimension,
            clause=check.clause or standard.clause,
            zh=check.zh,
            en=check.en,
            applies=f"{quoted(item.name)} <> ''",
            facts=(fact,),
        )
