"""What a column's role means for matching: how its text is cleaned, by what it is blocked, how two values are compared.

A role is declared once here and used for any data, Western or Chinese; nothing here knows a data set's name.
SQL is DuckDB's; {c} stands for the prepared column. Texts that are not ASCII go to matching_* functions, because
DuckDB's distances count bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Atom:
    """One blocking value of a column: SQL over the prepared column, text or list of texts. rank 1 also at scale."""

    label: str
    sql: str
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Role:
    """clean: function of similarity.TEXTS; derived: further columns {c}_<suffix>; levels: (label, SQL), best first.

    parts: more such columns, which cost less to cut out of the value again than to carry along (compared.py).
    frequency: levels on which a rare value says more than a common one, and the column the value stands in.
    taught: m from worst level to best where sound numbers teach the other columns (not how numbers go wrong).
    """

    clean: str
    levels: tuple[tuple[str, str], ...]
    atoms: tuple[Atom, ...] = ()
    derived: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    frequency: dict[str, str] = field(default_factory=lambda: {"equal": "{c}"})
    taught: tuple[float, ...] | None = None


_EQUAL: Final = ("equal", '"{c}_l" = "{c}_r"')


def _alike(least: float) -> tuple[str, str]:
    return (f"similarity {least}", f'matching_similarity("{{c}}_l", "{{c}}_r") >= {least}')


_SLIP: Final = 'matching_slip("{c}_l", "{c}_r") = 1'
_EDITS_1: Final = ("edits 1", _SLIP)


_SAME_END: Final = 'length("{c}_l") >= 10 AND length("{c}_r") >= 10 AND substr("{c}_l", -9) = substr("{c}_r", -9)'
"""One phone number with a country code, an area's 0 or neither before it."""
_SOUND: Final = {"sound": 'matching_sound("{c}")'}
_SAME_SOUND: Final = ("same sound", '"{c}_sound_l" = "{c}_sound_r"')
_WORDS: Final = "list_distinct(list_filter(string_split(\"{c}\", ' '), x -> length(x) > 2))"

EXCHANGED: Final = (
    'coalesce("{c}_l" <> "{c}_r", TRUE) AND coalesce(matching_similarity("{c}_l", "{other}_r") >= 0.88'
    ' AND matching_similarity("{other}_l", "{c}_r") >= 0.88, FALSE)'
)
"""Given name and surname in each other's places, both of them."""
HALF_EXCHANGED: Final = (
    '(coalesce("{c}_l" = "{other}_r", FALSE) AND ("{other}_l" IS NULL OR "{c}_r" IS NULL)'
    ' OR coalesce("{other}_l" = "{c}_r", FALSE) AND ("{c}_l" IS NULL OR "{other}_r" IS NULL))'
)
"""The one name there is stands in the other's place."""

FORMER: Final = '"{c}_l" = "{former}_r" OR "{former}_l" = "{c}_r"'
"""An organisation's name of today is the other record's former name."""
_GRAMS: Final = (
    'list_distinct(list_transform(range(1, greatest(length("{c}_core") - 2, 2)), i -> substr("{c}_core", i, 4)))'
)

_SHORT_FORM: Final = (
    '"{c}_branch_l" = "{c}_branch_r" AND least(length("{c}_core_l"), length("{c}_core_r")) >= 4'
    ' AND (contains("{c}_core_l", "{c}_core_r") OR contains("{c}_core_r", "{c}_core_l")'
    ' OR matching_words("{c}_core_l", "{c}_core_r") >= 95 OR matching_short_form("{c}_core_l", "{c}_core_r") = 1)'
)

_PART_OF_NAME = Role(
    "matching_name",
    (
        _EQUAL,
        _alike(0.92),
        ("start", 'starts_with("{c}_l", "{c}_r") OR starts_with("{c}_r", "{c}_l")'),
        _alike(0.8),
        ("sound", '"{c}_sound_l" = "{c}_sound_r"'),
    ),
    (Atom("", '"{c}"'), Atom("sound", '"{c}_sound"'), Atom("start", 'substr("{c}", 1, 3)', 2)),
    _SOUND,
)

_FULL_NAME = Role(
    "matching_name",
    (
        _EQUAL,
        _SAME_SOUND,
        ("as far as legible", 'matching_name_grade("{c}_l", "{c}_r") >= 4'),
        ("one slip", 'matching_name_grade("{c}_l", "{c}_r") >= 3'),
        ("one part", 'matching_name_grade("{c}_l", "{c}_r") >= 1'),
    ),
    (
        Atom("", '"{c}"'),
        Atom("sound", '"{c}_sound"'),
        Atom("start", 'substr("{c}", 1, 2)', 1),
        Atom("end", 'substr("{c}", -1, 1)', 2),
    ),
    _SOUND,
    frequency={"equal": "{c}", "same sound": "{c}_sound"},
)

_NEAR_PARTS: Final = (
    '(abs("{c}_y_l" - "{c}_y_r") IN (0, 1, 10))::INT + (abs("{c}_m_l" - "{c}_m_r") <= 1)::INT'
    ' + (abs("{c}_d_l" - "{c}_d_r") <= 2)::INT'
)
_DAY = Role(
    "matching_day",
    (
        _EQUAL,
        ("one slip", f'{_SLIP} OR "{{c}}_l" = "{{c}}_turned_r"'),
        ("two parts of three", '"{c}_ym_l" = "{c}_ym_r" OR "{c}_md_l" = "{c}_md_r" OR "{c}_yd_l" = "{c}_yd_r"'),
        ("all parts near", f"{_NEAR_PARTS} = 3"),
        ("two parts near", f"{_NEAR_PARTS} = 2"),
    ),
    (
        Atom("", '"{c}"'),
        Atom("ym", '"{c}_ym"'),
        Atom("md", '"{c}_md"'),
        Atom("yd", '"{c}_yd"', 2),
        Atom("y", 'substr("{c}", 1, 4)', 2),
        Atom("m", 'substr("{c}", 5, 2)', 3),
        Atom("d", 'substr("{c}", 7, 2)', 3),
    ),
    parts={
        "ym": 'substr("{c}", 1, 6)',
        "md": 'substr("{c}", 5, 4)',
        "yd": 'concat(substr("{c}", 1, 4), substr("{c}", 7, 2))',
        "turned": 'concat(substr("{c}", 1, 4), substr("{c}", 7, 2), substr("{c}", 5, 2))',
        "y": 'CAST(substr("{c}", 1, 4) AS INT)',
        "m": 'CAST(substr("{c}", 5, 2) AS INT)',
        "d": 'CAST(substr("{c}", 7, 2) AS INT)',
    },
    frequency={},
)

_ADDRESS = Role(
    "matching_address",
    (
        _EQUAL,
        ("contained", 'matching_place_grade("{c}_l", "{c}_r") >= 4'),
        ("nearly", 'matching_place_grade("{c}_l", "{c}_r") >= 3 OR matching_similarity("{c}_l", "{c}_r") >= 0.92'),
        ("other number", 'matching_place_grade("{c}_l", "{c}_r") >= 2'),
        ("much in common", 'matching_place_grade("{c}_l", "{c}_r") >= 1'),
    ),
    (Atom("", '"{c}"'), Atom("end", 'substr("{c}", -6)'), Atom("words", _WORDS, 2)),
)

_PLACE = Role(
    "matching_plain",
    (_EQUAL, _alike(0.92), _alike(0.8)),
    (Atom("", '"{c}"'), Atom("sound", 'matching_sound("{c}")', 2)),
)

ROLES: Final[dict[str, Role]] = {
    "given_name": _PART_OF_NAME,
    "surname": _PART_OF_NAME,
    "full_name": _FULL_NAME,
    "birth_date": _DAY,
    "date": _DAY,
    "sex": Role("matching_sex", (_EQUAL,), (Atom("", '"{c}"', 3),), frequency={}),
    "category": Role("matching_plain", (_EQUAL,), (Atom("", '"{c}"', 2),)),
    "phone": Role(
        "matching_phone",
        (_EQUAL, ("edits 1 or same end", f"{_SLIP} OR {_SAME_END}")),
        (Atom("", '"{c}"'), Atom("end", 'substr("{c}", -7)', 2), Atom("start", 'substr("{c}", 1, 7)', 2)),
    ),
    "code": Role("matching_digits", (_EQUAL, _EDITS_1), (Atom("", '"{c}"'),)),
    "postcode": Role(
        "matching_digits",
        (_EQUAL, _EDITS_1, ("same area", 'substr("{c}_l", 1, 2) = substr("{c}_r", 1, 2)')),
        (Atom("", '"{c}"'), Atom("start", 'substr("{c}", 1, 3)', 2)),
    ),
    "street_number": Role("matching_digits", (_EQUAL, _EDITS_1), (Atom("", '"{c}"', 2),)),
    "address": _ADDRESS,
    "street": Role(
        "matching_address",
        (_EQUAL, _alike(0.92), ("words", 'matching_words("{c}_l", "{c}_r") >= 90'), _alike(0.8)),
        (Atom("", '"{c}"'), Atom("sound", 'matching_sound("{c}")', 2), Atom("words", _WORDS, 2)),
    ),
    "city": _PLACE,
    "region": Role("matching_plain", (_EQUAL,), (Atom("", '"{c}"', 3),)),
    "email": Role(
        "matching_email",
        (
            _EQUAL,
            ("same account", '"{c}_account_l" = "{c}_account_r"'),
            ("account slip", 'matching_distance("{c}_account_l", "{c}_account_r") <= 2'),
            _alike(0.88),
        ),
        (Atom("", '"{c}"'), Atom("account", '"{c}_account"'), Atom("domain", "split_part(\"{c}\", '@', 2)", 2)),
        parts={"account": "split_part(\"{c}\", '@', 1)"},
    ),
    "national_id": Role(
        "matching_digits",
        (_EQUAL, _EDITS_1),
        (Atom("", '"{c}"'), Atom("end", 'substr("{c}", -8)'), Atom("start", 'substr("{c}", 1, 14)')),
        frequency={},
        taught=(0.1, 0.8, 0.1),
    ),
    "organisation": Role(
        "matching_organisation",
        (
            _EQUAL,
            ("same core", '"{c}_kin_l" = "{c}_kin_r"'),
            (
                "near core",
                'matching_similarity("{c}_core_l", "{c}_core_r") >= 0.92 AND "{c}_branch_l" = "{c}_branch_r"',
            ),
            ("short form", _SHORT_FORM),
            ("related", 'matching_similarity("{c}_core_l", "{c}_core_r") >= 0.8'),
        ),
        (
            Atom("", '"{c}"'),
            Atom("core", '"{c}_core"'),
            Atom("start", 'substr("{c}_core", 1, 6)', 2),
            Atom("words", _WORDS, 2),
            Atom("grams", _GRAMS, 2),
        ),
        {
            "core": 'matching_core("{c}")',
            "branch": 'matching_branch("{c}")',
            "kin": "matching_core(\"{c}\") || '|' || coalesce(matching_branch(\"{c}\"), '')",
        },
        frequency={"equal": "{c}", "same core": "{c}_kin"},
    ),
    "former_organisation": Role("matching_organisation", (), frequency={}),
    "registration": Role("matching_digits", (), frequency={}),  # not compared: one register gives it once (edges.py)
    "free_text": Role(
        "matching_organisation",
        (
            _EQUAL,
            ("words 90", 'matching_words("{c}_l", "{c}_r") >= 90'),
            ("words 70", 'matching_words("{c}_l", "{c}_r") >= 70'),
            _alike(0.8),
        ),
        (Atom("", '"{c}"'), Atom("start", 'substr("{c}", 1, 8)', 2), Atom("words", _WORDS)),
    ),
}
"""Every role a column can have."""
