"""An address text with its numbers marked: spelling folded, Chinese numerals read, every number told what it counts.

`marked("文化东路１２号金苑小区三号楼2单元301")` is `文化东路12d金苑小区3b2u301r`: d door, b building, u unit
(stairway), f floor, r room. Texts are folded to capitals, so a small letter is always a mark. The macro address_marked
of lake/engines/functions.sql gives the same; tests/property/ holds the two equal. Levels of GB/T 23705-2009.
"""

import re

_CAPITALS = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_PLAIN = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
_SIGNS = str.maketrans(
    "號樓單棟層鎮鄉區縣東莊園—–‐‑−―~_【〔[《】〕]》零ⅠⅡⅢⅣⅤ,。;:.·/\\",
    "号楼单栋层镇乡区县东庄园--------(((())))〇12345--------",
    "'\"“”‘’!?*@&%^=+<>|{}$`",
)
_BLANKS = re.compile("[\x00- \x7f\x85\xa0\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+")

# What stands in brackets is part of the address when it ends like one, unless it says that it once was or is near.
_FOLDS = (
    (r"^(?:邮编)?[0-9]{6}([^0-9号-])", r"\1"),
    (r"\((?:原|旧|曾|近|邻|旁|对面|附近|暂|自)[^()]*\)", ""),
    (r"\(([^()]*(?:小区|花园|家园|公寓|社区|苑|园|村|庄|路|街|号|楼|栋|幢|座|单元|室))\)", r"\1"),
    (r"\([^()]*\)", ""),
    (r"[()]+", ""),
    (r"社区(?:居民委员会|居委会|村委会)|居民委员会|居委会", "社区"),
    (r"村?村(?:民委员会|委会)", "村"),
    (r"街道办事处", "街道"),
    (r"第([0-9〇一二三四五六七八九十]+)(号|栋|幢|座|楼|单元|层|室|户)", r"\1\2"),
)
# Numerals are read only where a unit of counting follows: 三号楼 counts, 三山岛 is a name.
_NUMERAL = re.compile(r"[〇一二三四五六七八九十百]+(?:号|栋|幢|座|楼|单元|层|室|户|期|区|组|#|-)")
_PLACES = (
    (r"^十", "一十"),
    (r"百十", "百一十"),
    (r"百([^〇一二三四五六七八九])", r"百〇十\1"),
    (r"百〇([一二三四五六七八九])", r"百〇十\1"),
    (r"十([^〇一二三四五六七八九])", r"十〇\1"),
    (r"([一二三四五六七八九])百([〇一二三四五六七八九])十", r"\1\2"),
    (r"([一二三四五六七八九])十", r"\1"),
)
_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")

_MARKS = (
    # Signs that part words say nothing, between numbers they keep them apart: 12,13号 is not 1213号.
    (r"([^0-9A-Z-])-+", r"\1"),
    (r"-+([^0-9A-Z-]|$)", r"\1"),
    (r"(?:内|门牌号?)([0-9])", r"\1"),
    # Roads and works called by a number are names.
    (r"([0-9])号(路|街|线|桥|井|矿|巷|胡同)", r"\1№\2"),
    (r"([0-9A-Z]+)-([0-9A-Z]+)(?:号|#)?单元", r"\1b\2u"),
    (r"([0-9A-Z]+)(?:号|#)?单元", r"\1u"),
    (r"([0-9A-Z]+(?:-[0-9]+)?)(?:号住宅楼|号商住楼|号居民楼|号楼|#楼|栋楼|幢楼|号栋|号幢|栋|幢|座)", r"\1b"),
    (r"([0-9A-Z]+)楼([0-9A-Z]+(?:u|-))", r"\1b\2"),
    (r"([路街巷道弄村庄里])([0-9]+)#", r"\1\2号"),
    (r"([0-9A-Z]+)#", r"\1b"),
    (r"([0-9]+)(?:层|楼)", r"\1f"),
    (r"([0-9A-Z]+)(?:号室|号房|号户|室|户|房间)", r"\1r"),
    (r"([bu])-+", r"\1"),
    (r"([buf])([0-9A-Z]+)号", r"\1\2r"),
    (r"号附([0-9]+)号?", r"附\1号"),
    (r"([0-9]+[A-Z]?(?:[-附][0-9]+)*)号(?:大院|院内|院|内)?", r"\1d"),
    (r"d-+", "d"),
    # Numbers at the end that only their places tell: 3-2-301, 3号楼2-301, 3-301, 文化东路12.
    (r"([^0-9A-Z路街巷道弄-])([0-9A-Z]+)-([0-9A-Z]+)-([0-9A-Z]+)r?$", r"\1\2b\3u\4r"),
    (r"b([0-9A-Z]+)-([0-9A-Z]+)r?$", r"b\1u\2r"),
    (r"d([0-9]+)-([0-9]{3,4})r?$", r"d\1u\2r"),
    (r"([^0-9A-Za-z路街巷道弄-])([0-9A-Z]+)-([0-9]{3,4})r?$", r"\1\2b\3r"),
    (r"([uf])([0-9]{1,4}[A-Z]?)$", r"\1\2r"),
    (r"b([0-9]{3,4}[A-Z]?)$", r"b\1r"),
    (r"([路街巷道弄村庄里])([0-9]+(?:-[0-9]+)*)$", r"\1\2d"),
    (r"(^|[^0-9A-Z])0+([0-9])", r"\1\2"),
)

NAMES = r"^([^a-z]*?)(?:(?:[0-9A-Z]+(?:[-附][0-9A-Z]+)*)?[a-z].*)?$"
DOOR = r"^[^a-z]*?([0-9]+[A-Z]?(?:[-附][0-9]+)*)d"
MIDDLE = r"^[^a-z]*d([^a-z]*?)(?:[0-9A-Z]+(?:-[0-9]+)?[a-z].*)?$"
BUILDING = r"([0-9A-Z]+(?:-[0-9]+)?)b"
UNIT = r"([0-9A-Z]+)u"
FLOOR = r"([0-9A-Z]+)f"
ROOM = r"([0-9A-Z]+)r"
REST = r"[bufr]([^a-z]*)$"


def folded(text: str) -> str:
    """The text in one spelling: no blanks, capitals, simplified signs, brackets resolved, numerals as digits."""
    folded = _BLANKS.sub("", text.translate(_PLAIN)).translate(_CAPITALS).translate(_SIGNS)
    for pattern, put in _FOLDS:
        folded = re.sub(pattern, put, folded)
    return _NUMERAL.sub(lambda run: _number(run.group()), folded)


def marked(text: str) -> str:
    """The folded text with a small letter behind every number that counts something."""
    marks = folded(text)
    for pattern, put in _MARKS:
        marks = re.sub(pattern, put, marks)
    return marks


def part(marks: str, pattern: str) -> str:
    """What `pattern` (NAMES, DOOR, ...) finds in a marked text, '' for nothing."""
    found = re.search(pattern, marks)
    return found.group(1) if found else ""


def _number(run: str) -> str:
    for pattern, put in _PLACES:
        run = re.sub(pattern, put, run)
    return run.translate(_DIGITS)
