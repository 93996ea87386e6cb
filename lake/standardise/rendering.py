"""What a family says about one data item: SQL that reads it, stands it right, and tells what was changed.

Every item passes through three columns: `r` as delivered (text), `c` its spelling put right, `v` its value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.contracts import Item
from catalog.standards.elements import Element
from lake.engines.duckdb import literal, quote

# What departments write where they have nothing to write.
NOTHING = ("无", "-", "--", "/", "null", "NULL", "N/A")


@dataclass(frozen=True)
class Columns:
    """The quoted names of the columns one item passes through."""

    r: str
    c: str
    v: str

    @classmethod
    def of(cls, item: str) -> "Columns":
        """The columns of the item called `item`."""
        return cls(quote(f"r_{item}"), quote(f"c_{item}"), quote(item))


@dataclass(frozen=True)
class Facts:
    """What a rendering may depend on besides the item.

    crs: the frame of places. date_forms: item -> how its days are mostly written. native: items the source keeps as
    something else than text. moments: delivered columns (lower case) that are moments with a zone.
    """

    crs: str | None = None
    date_forms: dict[str, str] = field(default_factory=dict)
    native: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rendering:
    """SQL over the columns of one item: `clean` reads r, `value` reads c, conditions of `notes` read r, c and v.

    notes: (what, condition) pairs; `what` is one word of NOTES. nothing: condition over c under which a value that is
    NULL was not there rather than unreadable. given: condition that something was delivered (default: c is not NULL).
    joint: (column, expression over the c columns of several items), computed once between c and v.
    """

    clean: str
    value: str
    notes: tuple[tuple[str, str], ...] = ()
    nothing: str = "false"
    given: str = ""
    joint: tuple[tuple[str, str], ...] = ()


NOTES: Mapping[str, tuple[str, str]] = {
    "fullwidth": ("全角字母、数字改为半角", "full-width letters and digits made half-width"),
    "upgraded15": ("15 位身份号码升为 18 位", "15-digit identity numbers upgraded to 18"),
    "uppercase": ("小写字母改为大写", "small letters made capitals"),
    "separators": ("去掉空格、连字符等分隔符", "blanks, hyphens and other separators taken out"),
    "confusable": ("信用代码中误写的 O、I 改为 0、1", "O and I written for 0 and 1 in credit codes put right"),
    "date_format": ("与多数写法不同的日期统一写法", "dates written otherwise than most brought to one form"),
    "placeholder": ("占位日期（如 1900-01-01）视为未填", "placeholder dates such as 1900-01-01 taken as not given"),
    "abolished_division": ("已撤销的行政区划代码改为现行代码", "codes of abolished divisions brought up to date"),
    "bracket_variant": ("括号统一为全角", "brackets made full-width"),
    "blanks": ("去掉文字中的空格", "blanks inside a text taken out"),
    "unit": ("金额换算为规定单位", "amounts converted to the unit of the standard"),
    "variant_dot": ("姓名间隔号统一", "dots inside names made one kind"),
    "code_text": ("文字或缺零的代码改为标准代码", "texts and codes without leading zeros made codes of the list"),
    "swapped_axes": ("经纬度颠倒，已对调", "longitude and latitude exchanged back"),
}
"""What may have been changed in a value, one word each, and the sentence for people (Chinese, English)."""


def is_nothing(column: str) -> str:
    """Condition: `column` holds one of the signs for nothing."""
    return f"{column} IN ({', '.join(literal(sign) for sign in NOTHING)})"


def note_fullwidth(at: Columns) -> tuple[str, str]:
    """The note that full-width letters or digits were delivered."""
    return "fullwidth", f"has_fullwidth({at.r})"


def plain_text(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """Free text: blanks and full-width letters and digits put right, nothing else touched."""
    return Rendering(f"plain_text({at.r})", at.c, (note_fullwidth(at),))
