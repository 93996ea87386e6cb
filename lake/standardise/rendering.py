"""What a family says about one data item: SQL that reads it, stands it right, and tells what was changed.

Every item passes through three columns: `r` as delivered (text), `c` its spelling put right, `v` its value.
"""

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


NOTES = frozenset(
    {
        "fullwidth", "upgraded15", "uppercase", "separators", "confusable", "date_format", "placeholder",
        "abolished_division", "bracket_variant", "blanks", "unit", "variant_dot", "code_text", "swapped_axes",
    }
)  # fmt: skip


def is_nothing(column: str) -> str:
    """Condition: `column` holds one of the signs for nothing."""
    return f"{column} IN ({', '.join(literal(sign) for sign in NOTHING)})"


def note_fullwidth(at: Columns) -> tuple[str, str]:
    """The note that full-width letters or digits were delivered."""
    return "fullwidth", f"has_fullwidth({at.r})"


def plain_text(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """Free text: blanks and full-width letters and digits put right, nothing else touched."""
    return Rendering(f"plain_text({at.r})", at.c, (note_fullwidth(at),))
