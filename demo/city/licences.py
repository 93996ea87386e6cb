"""What the approval service holds: electronic licences of people and legal persons with GB/T 36904 identifiers.

Some were issued anew under a higher version, some withdrawn or cancelled; some identifiers end in a wrong character.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from catalog.standards import check_digits, licence_id
from demo.city import defects
from demo.city.context import CityContext
from demo.city.dirt import Plants, Share

_PER_ORGANISATION: Final = 0.5
_PER_RESIDENT: Final = 0.01
_ANEW: Final = 0.06
_ISSUER: Final = ("莱州市行政审批服务局", "11370683MB2836001K")
# Type code: the code of who defined it and three digits; what the licence is called; for how many years it is given.
_KINDS: Final = {
    "legal_person": (
        ("11100000MB0143028R", "016", "食品经营许可证", 5),
        ("11100000000013338W", "011", "公共场所卫生许可证", 4),
        ("11100000000013127D", "001", "营业执照", 0),
    ),
    "person": (("11100000000013338W", "009", "道路运输从业资格证", 6), ("11100000000013338W", "031", "残疾人证", 10)),
}
_ENDED: Final = {"04": 0.04, "07": 0.01, "02": 0.01}
Row = dict[str, Any]


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return approval_licence: one row per licence and version; days are texts, ISO when clean."""
    rows = [row for holder in _holders(rng, context) for row in _versions(rng, context, holder)]
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    share = Share("approval_licence", columns, keys=("licence_id",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("licence_id", "licence_check", 0.01, _other_check)
    share.spoil("valid_to", "date_format", 0.1, defects.mixed_dates)
    return {
        "approval_licence": share.finish(
            {
                **{"licence_id": "zzbs", "licence_no": "zzbh", "licence_name": "zzmc", "licence_type_code": "zzlxdm"},
                **{"version": "bbh", "issuer": "bfjg", "issuer_code": "bfjgdm", "issued_on": "bfrq"},
                **{"valid_from": "yxqqs", "valid_to": "yxqjz", "holder": "czzt", "holder_code": "czztdm"},
                **{"holder_type": "czztdmlx", "status": "zzzt", "ended_on": "ztbgrq"},
            },
            shuffled=True,
        )
    }


def _holders(rng: np.random.Generator, context: CityContext) -> list[tuple[str, str, str]]:
    """(kind, name, number) of everybody who holds a licence; the same one may hold two."""
    legal = context.organisations.table
    people = context.persons.slice(0, max(1, context.residents // 5))
    chosen = legal.take(rng.integers(0, legal.num_rows, max(5, round(legal.num_rows * _PER_ORGANISATION))))
    some = people.take(rng.integers(0, people.num_rows, max(5, round(context.residents * _PER_RESIDENT))))
    names = zip(chosen["name"].to_pylist(), chosen["uscc"].to_pylist(), strict=True)
    persons = zip(some["name"].to_pylist(), some["resident_id"].to_pylist(), strict=True)
    return [("legal_person", *named) for named in names] + [("person", *named) for named in persons]


def _versions(rng: np.random.Generator, context: CityContext, holder: tuple[str, str, str]) -> list[Row]:
    """The licence of one holder: version 001, and for a few a second one that replaces it."""
    kind, name, number = holder
    definer, digits, title, years = _KINDS[kind][int(rng.integers(len(_KINDS[kind])))]
    serial = f"{context.county}{int(rng.integers(10**8, 10**9))}"
    today = np.datetime64(context.today, "D")
    issued = today - int(rng.integers(30, 8 * 365))
    row = {
        "licence_no": serial,
        "licence_name": title,
        "licence_type_code": definer + digits,
        "issuer": _ISSUER[0],
        "issuer_code": _ISSUER[1],
        "holder": name,
        "holder_code": number,
        "holder_type": "统一社会信用代码" if kind == "legal_person" else "公民身份号码",
    }
    first = _version(rng, row, 1, issued, years, today)
    if first["status"] != "01" or rng.random() >= _ANEW:
        return [first]
    return [first, _version(rng, row, 2, issued + int((today - issued).astype(int)) // 2, years, today)]


def _version(rng: np.random.Generator, row: Row, number: int, issued: Any, years: int, today: Any) -> Row:
    """One version of a licence with its identifier, days and status."""
    drawn, status = rng.random(), "01"
    for code, share in _ENDED.items():
        drawn -= share
        if drawn < 0:
            status = code
            break
    version = f"{number:03d}"
    parts = (row["licence_type_code"], row["issuer_code"], row["licence_no"], version)
    return {
        "licence_id": f"{licence_id.ROOT}{'.'.join(parts)}.{check_digits.mod_37_36(''.join(parts))}",
        **row,
        "version": version,
        "issued_on": str(issued),
        "valid_from": str(issued),
        "valid_to": str(issued + years * 365 - 1) if years else None,
        "status": status,
        "ended_on": None if status == "01" else str(issued + int(rng.integers(1, int((today - issued).astype(int))))),
    }


def _other_check(values: list[Any], rng: np.random.Generator) -> list[Any]:
    """The last character replaced by the one after it."""
    alphabet = check_digits.ALPHANUMERIC
    return [value[:-1] + alphabet[(alphabet.index(value[-1]) + 1) % 36] for value in values]
