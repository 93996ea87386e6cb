"""What the city's legal persons are called: now, formerly ('' if never otherwise), and for short.

One function per family of legal persons; each returns distinct `Identity` rows. Names with brackets （） come
where they come in life: groups, partnerships, individual businesses of the newer rule.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from demo.city import organisation_words as words

Generator = np.random.Generator

RENAMED_SHARE = 0.2  # departments hold the former name of 6 % of their rows: enough of them must have one
_TRADES = tuple(first + second for first in words.TRADE_FIRST for second in words.TRADE_SECOND)
_HEADS = ("莱州市", "莱州", "烟台", "山东")


class Identity(NamedTuple):
    """Name, former name, short name, kind of organisation, industry code, first two characters of the credit code."""

    name: str
    former: str
    short: str
    org_type: str
    industry: str
    prefix: str


def companies(rng: Generator, n: int, townships: Sequence[str]) -> list[Identity]:
    """Companies: place, trade word, industry, legal form (enterprise types of the market regulator)."""
    heads = [*_HEADS, *(f"莱州市{_short(town)}" for town in townships)]
    heads = heads[: max(len(_HEADS), 3 * n // (len(_TRADES) * len(words.COMPANIES)) + 1)]
    stems = _distinct(rng, 2 * n, (len(_TRADES), len(words.COMPANIES), len(heads)))
    forms = rng.choice(6, size=n, p=(0.3, 0.25, 0.15, 0.15, 0.05, 0.1))
    rows = []
    for row in range(n):
        trade, line, head = stems[row]
        old_trade, _, _ = stems[n + row]
        (industry, code), form = words.COMPANIES[line], int(forms[row])
        name, kind = _company(heads[head], _TRADES[trade], industry, form)
        former, _ = _company(heads[head], _TRADES[old_trade], industry, form)
        rows.append(Identity(name, former, _TRADES[trade] + industry, kind, code, "91"))
    return _some_renamed(rng, rows)


def firms(rng: Generator, n: int) -> list[Identity]:
    """Partnerships of accountants: 莱州金达会计师事务所（普通合伙）."""
    rows = []
    for trade, line in _distinct(rng, n, (len(_TRADES), len(words.FIRMS))):
        tail, code = words.FIRMS[line]
        name = f"莱州{_TRADES[trade]}{tail}（普通合伙）"
        rows.append(Identity(name, "", _TRADES[trade] + tail, "4530", code, "91"))
    return rows


def cooperatives(rng: Generator, n: int, townships: Sequence[str]) -> list[Identity]:
    """Farmers' cooperatives: 莱州市驿道永丰果品专业合作社."""
    rows = []
    stems = _distinct(rng, 2 * n, (len(_TRADES), len(words.COOPERATIVES), len(townships)))
    for (trade, line, town), (old, _, _) in zip(stems[:n], stems[n:], strict=True):
        tail, code = words.COOPERATIVES[line]
        head = f"莱州市{_short(townships[town])}"
        name, former = (f"{head}{_TRADES[stem]}{tail}专业合作社" for stem in (trade, old))
        rows.append(Identity(name, former, f"{_TRADES[trade]}{tail}合作社", "9100", code, "93"))
    return _some_renamed(rng, rows)


def individuals(rng: Generator, n: int, townships: Sequence[str]) -> list[Identity]:
    """Individual businesses, one in five by the rule of 2024 with （个体工商户） behind the name."""
    rows = []
    stems = _distinct(rng, 2 * n, (len(_TRADES), len(words.SHOPS), len(townships)))
    suffixed = rng.random(n) < 0.2
    for (trade, line, town), (old, _, _), long in zip(stems[:n], stems[n:], suffixed, strict=True):
        tail, code = words.SHOPS[line]
        head, end = f"莱州市{_short(townships[town])}", "（个体工商户）" if long else ""
        name, former = (f"{head}{_TRADES[stem]}{tail}{end}" for stem in (trade, old))
        rows.append(Identity(name, former, _TRADES[trade] + tail, "9500", code, "92"))
    return _some_renamed(rng, rows)


def branches(parents: Sequence[Identity], towns: Sequence[str]) -> list[Identity]:
    """One branch of each parent, named after it and a town: easily taken for the parent."""
    return [
        Identity(f"{parent.name}{_short(town)}分公司", "", f"{parent.short}{_short(town)}分公司", "2000", *parent[4:])
        for parent, town in zip(parents, towns, strict=True)
    ]


def institutions(n: int, townships: Sequence[str], communities: Sequence[tuple[str, str]]) -> list[Identity]:
    """Organs and public institutions: the county's first, then the townships', then the communities'."""
    county = ((f"莱州市{organ}", "机关", "S9221") for organ in words.ORGANS)
    schools = ((f"莱州市第{number}中学", "事业单位", "P8334") for number in "一二三四五六七八九")
    towns = ((f"莱州市{town}{unit}", kind, code) for (unit, kind, code), town in product(words.TOWN_UNITS, townships))
    places = (
        (f"莱州市{town}{name}{unit}", kind, code)
        for (unit, kind, code), (town, name) in product(words.COMMUNITY_UNITS, communities)
    )
    pool = _numbered(list(chain(county, schools, towns, places)), n)
    return [
        Identity(name, name.replace("莱州市", "掖县", 1), name[3:], kind, code, "11" if kind == "机关" else "12")
        for name, kind, code in pool
    ]


def societies(rng: Generator, n: int, communities: Sequence[tuple[str, str]]) -> list[Identity]:
    """Village and residents' committees (a third), associations, private non-enterprise units."""
    committees = [_committee(town, name) for town, name in communities][: n // 3]
    clubs = [
        Identity(f"莱州市{stem}{tail}", f"掖县{stem}{tail}", stem + tail, "社会团体", code, "51")
        for stem, (tail, code) in product(words.ASSOCIATIONS, words.ASSOCIATION_TAILS)
    ][: n // 3]
    rest = n - len(committees) - len(clubs)
    private = []
    towns = sorted({town for town, _ in communities})
    for trade, line, town in _distinct(rng, rest, (len(_TRADES), len(words.PRIVATE_UNITS), len(towns))):
        tail, code = words.PRIVATE_UNITS[line]
        name = f"莱州市{_short(towns[town])}{_TRADES[trade]}{tail}"
        former = f"莱州市{_TRADES[trade - 1]}{tail}（民办）"
        private.append(Identity(name, former, _TRADES[trade] + tail, "民办非企业单位", code, "52"))
    return _some_renamed(rng, [*committees, *clubs, *private])


def _company(head: str, trade: str, industry: str, form: int) -> tuple[str, str]:
    """Name and enterprise type of one company in one of six forms."""
    match form:
        case 0 | 1 | 2:
            return f"{head}{trade}{industry}有限公司", ("1130", "1150", "1151")[form]
        case 3:
            return f"{head}{trade}{industry}有限责任公司", "1100"
        case 4:
            return f"{head}{trade}{industry}股份有限公司", "1200"
        case _ if head in ("烟台", "山东"):
            return f"{head}{trade}（莱州）{industry}有限公司", "1190"
        case _:
            return f"{head}{trade}{industry}（集团）有限公司", "1190"


def _committee(town: str, name: str) -> Identity:
    kind, code = ("居民委员会", "S9610") if name.endswith("社区") else ("村民委员会", "S9620")
    full = f"莱州市{town}{name}{kind}"
    return Identity(
        full, f"莱州市{_short(town)}人民公社{name}", name + kind[:1] + "委会", "基层群众性自治组织", code, "54"
    )


def _some_renamed(rng: Generator, rows: list[Identity]) -> list[Identity]:
    """Leave a former name to a fifth of the rows."""
    renamed = rng.random(len(rows)) < RENAMED_SHARE
    return [row if keep else row._replace(former="") for row, keep in zip(rows, renamed, strict=True)]


def _numbered(pool: list[tuple[str, str, str]], n: int) -> Iterator[tuple[str, str, str]]:
    """The first n of the pool; when it runs out, its rows again as second and further ones."""
    for row in range(n):
        name, kind, code = pool[row % len(pool)]
        yield (name if row < len(pool) else f"{name}第{row // len(pool) + 1}分部"), kind, code


def _distinct(rng: Generator, n: int, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Draw n distinct index tuples below `shape`."""
    drawn = rng.permutation(int(np.prod(shape)))[:n]
    if len(drawn) < n:
        raise ValueError("more legal persons than there are names for them: build a smaller city")
    return [tuple(map(int, row)) for row in np.stack(np.unravel_index(drawn, shape), axis=1)]


def _short(township: str) -> str:
    return township.removesuffix("街道").removesuffix("镇")
