"""What a column holds, told from its values alone: one SQL condition per data element, never by the column's name.

The text asked is one that plain() gave. A checksum counts for more than a form: what could be two things by its form
is the one whose check digit holds. Nothing here reads data.
"""

from dataclasses import dataclass
from typing import Final

from catalog.standards.divisions import divisions
from lake.engines.duckdb import literal

SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟"
    "殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳滕綦迟衣宿隋"
)
"""The surnames of nine in ten residents, the county's own among them."""
HAN: Final = r"[\x{3400}-\x{9FFF}\x{20000}-\x{3FFFF}]"
LANDLINE: Final = r"^0(10|2[0-9]|[3-9][0-9]{2})-?[0-9]{7,8}(-[0-9]{1,6})?$"
ORGANISATION: Final = (
    "(公司|厂|店|中心|局|委|院|所|学校|小学|中学|大学|幼儿园|协会|学会|商会|基金会|合作社|委员会|银行|部|处|站|馆|超市|农场)"
    "([(（].*[)）])?$"
)
ADDRESS: Final = (
    "(省|市|县|区|镇|乡|街道|村|社区|路|大道|巷|胡同).*([0-9]|[一二三四五六七八九十])+(号|室|楼|单元|组|户|弄)"
)


@dataclass(frozen=True)
class Detector:
    """`condition` is TRUE where text `x` is the element; `share` of the filled values must be, that the column is."""

    element: str
    condition: str
    share: float = 0.9


def detectors() -> tuple[Detector, ...]:
    """In order of precedence: the first whose share of the values is reached names the column."""
    return (
        Detector("resident_id", "resident_id_fault(upper(x)) IS NULL OR resident_id_upgrade(x) IS NOT NULL", 0.7),
        Detector("uscc", "uscc_fault(upper(x)) IS NULL", 0.7),
        Detector("phone", f"regexp_matches(phone_joined(x), '^1[3-9][0-9]{{9}}$') OR regexp_matches(x, '{LANDLINE}')"),
        Detector("bank_card_no", "bank_card_fault(x) IS NULL AND NOT starts_with(x, '0')"),
        Detector("reg_no", "reg_no_fault(x) IS NULL", 0.8),
        Detector("org_code", "org_code_fault(upper(x)) IS NULL", 0.8),
        Detector("parcel_code", "parcel_fault(x) IS NULL", 0.8),
        Detector("division_code", f"length(x) = 6 AND {_division('x')}"),
        Detector("community_code", f"regexp_matches(x, '^[0-9]{{12}}$') AND {_division('substr(x, 1, 6)')}"),
        Detector("period", r"regexp_matches(x, '^(19|20)[0-9]{2}[-年]?(0[1-9]|1[0-2])月?$')"),
        Detector("date", f"{_day('x')} AND NOT {_moment('x')}", 0.8),
        Detector("datetime", f"{_day('x')}"),
        Detector("plate_no", "plate_fault(upper(x)) IS NULL"),
        Detector("email", r"regexp_matches(x, '^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$')"),
        Detector("url", r"regexp_matches(x, '^https?://[^\s]+$')"),
        Detector("sex", "x IN ('男', '女', '男性', '女性')"),
        Detector("longitude", _degrees("x", 73, 136)),
        Detector("latitude", _degrees("x", 3, 54)),
        Detector("integer", "regexp_matches(x, '^-?(0|[1-9][0-9]{0,11})$')", 0.99),
        Detector("decimal", r"regexp_matches(x, '^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?$')", 0.99),
        Detector("code", r"regexp_matches(x, '^[A-Za-z0-9_.:#/-]*[0-9][A-Za-z0-9_.:#/-]*$')"),
        Detector("address_text", f"regexp_matches(x, {literal(ADDRESS)})", 0.6),
        Detector("org_name", f"length(x) >= 4 AND regexp_matches(x, {literal(ORGANISATION)})", 0.7),
        Detector("person_name", _person("x"), 0.8),
    )


def _division(x: str) -> str:
    return f"{x} IN ({', '.join(literal(row.code) for row in divisions())})"


def _day(x: str) -> str:
    # Five digits could be a day number of Excel, but far more often are not.
    return f"(date_form({x}) NOT IN ('serial', 'other') AND year(hub_date({x})) BETWEEN 1850 AND 2150)"


def _moment(x: str) -> str:
    return f"regexp_matches({x}, '[0-9][ T][0-9]{{1,2}}:|^[0-9]{{14}}$')"


def _degrees(x: str, low: int, high: int) -> str:
    return f"(regexp_matches({x}, '^[0-9]{{1,3}}\\.[0-9]{{4,}}$') AND TRY_CAST({x} AS DOUBLE) BETWEEN {low} AND {high})"


def _person(x: str) -> str:
    return (
        f"(regexp_matches({x}, '^{HAN}{{2,4}}$') AND contains('{SURNAMES}', substr({x}, 1, 1))"
        f" OR regexp_matches({x}, '^{HAN}{{2,8}}[·•]{HAN}{{2,12}}$'))"
    )
