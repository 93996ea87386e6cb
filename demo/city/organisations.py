"""The true legal persons of the city: companies, individual businesses, institutions, societies and branches.

About one to every 25 residents. What the departments hold of them is made in `organisation_deliveries`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demo.city import organisation_codes as codes
from demo.city import organisation_names as names
from demo.city.context import AS_OF, COUNTY
from demo.city.geography import Geography
from demo.city.organisation_deliveries import deliveries
from demo.city.organisation_names import Identity

__all__ = ["KINDS", "Organisations", "build", "deliveries"]

KINDS: Final = ("enterprise", "individual", "institution", "society")

_RESIDENTS_PER_ORGANISATION: Final = 25
_FEWEST: Final = 40
_SHARES: Final = {"individual": 0.45, "cooperative": 0.04, "firm": 0.005, "branch": 0.07, "institution": 0.05}
_SOCIETY_SHARE: Final = 0.08
_STATUS_SHARES: Final = (0.82, 0.05, 0.13)  # in operation, revoked, cancelled
_REFORM: Final = np.datetime64("2015-10-01")  # from this day registrars give unified codes; bodies begin with MA3
_TYPICAL_CAPITAL: Final = {"enterprise": 300.0, "individual": 8.0, "institution": 120.0, "society": 5.0}


@dataclass(frozen=True, slots=True)
class Organisations:
    """The true legal persons; row number = legal_uid.

    table: legal_uid, uscc (18), org_code (9, no hyphen), reg_no (15, None outside the market regulator's register),
    name, former_name (None if never renamed), abbreviation, org_type, kind (one of `KINDS`), status ('1' in operation,
    '2' revoked, '3' cancelled), capital (10,000 yuan, None for branches), established_on, industry, address_id,
    legal_representative_uid, parent_uid (None unless a branch).
    """

    table: pa.Table


def build(rng: np.random.Generator, geography: Geography, residents: int) -> Organisations:
    """Build the legal persons of a city of so many residents; legal representatives are persons 0 to residents / 5."""
    n = max(_FEWEST, round(residents / _RESIDENTS_PER_ORGANISATION))
    identities, kinds, parents = _identities(rng, geography, n)
    order = rng.permutation(len(identities))
    place = np.argsort(order)
    kind = np.array(kinds)[order]
    rows = [identities[row] for row in order]
    established = _established(rng, len(rows))
    organisation = codes.organisation_codes(rng, established >= _REFORM)
    credit = codes.credit_codes([row.prefix for row in rows], COUNTY, organisation)
    market = np.isin(kind, ("enterprise", "individual"))
    branch = np.array([row.org_type == "2000" for row in rows])
    parent = np.array([-1 if up is None else place[up] for up in parents])[order]
    numbers = codes.texts(codes.register_numbers(rng, len(rows), COUNTY))
    status = np.where(market, rng.choice(3, len(rows), p=_STATUS_SHARES), 0)
    return Organisations(
        pa.table(
            {
                "legal_uid": np.arange(len(rows)),
                "uscc": codes.texts(credit),
                "org_code": codes.texts(organisation),
                "reg_no": pa.compute.if_else(pa.array(market), numbers, None),
                "name": [row.name for row in rows],
                "former_name": pa.array([row.former or None for row in rows], pa.string()),
                "abbreviation": [row.short for row in rows],
                "org_type": [row.org_type for row in rows],
                "kind": pa.array(kind),
                "status": pa.array(["1", "2", "3"]).take(pa.array(status)),
                "capital": pa.array(_capital(rng, kind), mask=branch),
                "established_on": pa.array(established),
                "industry": [row.industry for row in rows],
                "address_id": _seats(rng, geography, len(rows)),
                "legal_representative_uid": rng.integers(0, max(1, residents // 5), len(rows)),
                "parent_uid": pa.array(parent, mask=parent < 0),
            }
        )
    )


def _identities(
    rng: np.random.Generator, geography: Geography, n: int
) -> tuple[list[Identity], list[str], list[int | None]]:
    """Who there is: identities, their kinds, and for branches the row of the parent."""
    towns = geography.townships["name"].to_pylist()
    communities = list(zip(geography.communities["township"].to_pylist(), _names(geography), strict=True))
    count = {family: max(1, round(n * share)) for family, share in _SHARES.items()}
    society = max(1, round(n * _SOCIETY_SHARE))
    company = names.companies(rng, n - sum(count.values()) - society, towns)
    parents = rng.permutation(len(company))[: count["branch"]]
    branch_towns = [towns[town] for town in rng.integers(0, len(towns), len(parents))]
    families = [
        ("enterprise", company),
        ("enterprise", names.branches([company[row] for row in parents], branch_towns)),
        ("enterprise", names.cooperatives(rng, count["cooperative"], towns)),
        ("enterprise", names.firms(rng, count["firm"])),
        ("individual", names.individuals(rng, count["individual"], towns)),
        ("institution", names.institutions(count["institution"], towns, communities)),
        ("society", names.societies(rng, society, communities)),
    ]
    identities = [row for _, rows in families for row in rows]
    kinds = [kind for kind, rows in families for _ in rows]
    up: list[int | None] = [None] * len(identities)
    up[len(company) : len(company) + len(parents)] = [int(row) for row in parents]
    return identities, kinds, up


def _names(geography: Geography) -> list[str]:
    return [str(name) for name in geography.communities["name"].to_pylist()]


def _established(rng: np.random.Generator, n: int) -> NDArray[np.datetime64]:
    """Days of establishment, the later the more: from 1985 to half a year before the city is looked at."""
    last = np.datetime64(AS_OF, "D") - 180
    span = int((last - np.datetime64("1985-01-01")).astype(np.int64))
    return np.asarray(last - (rng.beta(1.0, 2.6, n) * span).astype(np.int64))


def _capital(rng: np.random.Generator, kind: NDArray[np.str_]) -> NDArray[np.float64]:
    """Registered capital in 10,000 yuan, round figures as they are registered."""
    typical = np.array([_TYPICAL_CAPITAL[name] for name in kind])
    amount = typical * rng.lognormal(0.0, 0.9, len(kind))
    unit = 10 ** np.floor(np.log10(amount))
    return np.asarray(np.maximum(1.0, np.round(amount / unit * 2) / 2 * unit))


def _seats(rng: np.random.Generator, geography: Geography, n: int) -> NDArray[np.int64]:
    """Half of the legal persons have premises of their own as long as there are any, the others sit in dwellings."""
    use = geography.addresses["use"].to_numpy()
    premises, homes = np.flatnonzero(use == "premises"), np.flatnonzero(use != "premises")
    seats = rng.choice(homes, n)
    own = rng.permutation(premises)[: n // 2]
    seats[: len(own)] = own
    return np.asarray(rng.permutation(seats))
