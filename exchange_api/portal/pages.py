"""The read-only pages. Each fetches from exchange_api.views what its template draws, and nothing else."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from authorization.permissions import Permission
from catalog.actions.tickets import LONGEST_TEXT
from catalog.errors import HubError, NotFound
from catalog.time_limits import local_day
from exchange_api import corrections, desk
from exchange_api.portal import problems, words
from exchange_api.portal.problems import PageRoute
from exchange_api.portal.rendering import address
from exchange_api.portal.visits import Needs, Visit
from exchange_api.portal.words import N_
from exchange_api.views import bases as base_views
from exchange_api.views import dataset as dataset_views
from exchange_api.views import datasets as catalogue
from exchange_api.views import names, overview, quality, ranking, runs, standing, tickets, usage
from exchange_api.views.names import Pair
from lake.feedback import usage as usage_table

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)

STATIONS = (
    ("raw", N_("as delivered, every batch kept")),
    ("standard", N_("by the standards, judged")),
    ("base", N_("people, legal persons, places, economy, credit, licences, services")),
    ("topic", N_("made for one purpose")),
)
Word = Annotated[str, Query(max_length=80)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
RUNS = (Permission.ALL_RUNS_READ, Permission.OWN_RUNS_READ)
QUALITY = (Permission.ALL_QUALITY_READ, Permission.OWN_QUALITY_READ)
USAGE = (Permission.ALL_USAGE_READ, Permission.OWN_USAGE_READ)
CatalogueVisit = Annotated[Visit, Depends(Needs(Permission.ALL_CATALOGUE_READ))]
RunVisit = Annotated[Visit, Depends(Needs(*RUNS))]
QualityVisit = Annotated[Visit, Depends(Needs(*QUALITY))]
UsageVisit = Annotated[Visit, Depends(Needs(*USAGE))]


@router.get("/")
def front(visit: CatalogueVisit) -> HTMLResponse:
    """The house in one view."""
    with visit.reader() as session:
        seen = overview.overview(session)
        failures, calls, overdue = None, None, None
        if visit.person is not None and visit.may(Permission.OWN_TICKETS_READ):
            overdue = tickets.overdue_count(session, now=visit.hub.clock(), sight=desk.sight(visit.person))
        if visit.may(*RUNS):
            failures = runs.unmended(session, agency=visit.own_agency(Permission.ALL_RUNS_READ))
        if visit.may(*USAGE):
            lines = _lines(visit, provider=visit.own_agency(Permission.ALL_USAGE_READ))
            calls = sum(line["calls"] for line in usage.once(lines) if line["decision"] == "allowed")
    return visit.page("overview.html", seen=seen, failures=failures, calls=calls, overdue=overdue, stations=STATIONS)


@router.get("/datasets")
def datasets(
    visit: CatalogueVisit, q: Word = "", agency: Word = "", zone: Word = "", sharing: Word = "", page: Page = 1
) -> HTMLResponse:
    """The catalogue: search, filter, page through."""
    wanted = catalogue.Filter(q.strip(), agency, zone, sharing, page)
    with visit.reader() as session:
        if agency:
            known_agency(session, agency)
        found = catalogue.find(session, wanted)
    return visit.page(
        "datasets.html",
        found=found,
        wanted=wanted,
        agencies=[(code, visit.named(name)) for code, name in found.agencies.items()],
        zones=[(code, visit.word("zone", code)) for code in found.zones],
        judged_of=_judged_of(visit),
        sharings=[(code, visit.word("sharing", code)) for code in words.WORDS["sharing"]],
        address=address("/datasets", q=q, agency=agency, zone=zone, sharing=sharing),
    )


@router.get("/datasets/{code}")
def dataset(visit: CatalogueVisit, code: str) -> HTMLResponse:
    """One dataset: fields, quality, runs, versions, uses, lineage, sharing conditions."""
    return dataset_page(visit, code)


def dataset_page(
    visit: Visit, code: str, *, said: corrections.Said | None = None, refused: HubError | None = None
) -> HTMLResponse:
    """A dataset's page; with the correction somebody `said` and why it was not taken, when it was `refused`."""
    with visit.reader() as session:
        one = dataset_views.describe(session, code)
        uses: tuple[usage.Use, ...] | None = None
        used_downstream: tuple[usage.Use, ...] = ()
        if visit.may_see_of(one.provider_codes, *USAGE):
            own = visit.own_agency(Permission.ALL_USAGE_READ)
            uses = usage.uses(session, _lines(visit, dataset=code, provider=own))
            if not uses and one.targets:
                used_downstream = _used_downstream(visit, session, code, own)
        choices = _correctable(visit, session, one)
        quality_shown = visit.may_see_of((one.agency,), *QUALITY)
        stands = _standing(visit, session, one) if quality_shown else dict.fromkeys(("waived", "kept_back", "profile"))
    return visit.page(
        "dataset.html",
        status=refused.http_status if refused else 200,
        refused=problems.sentence(refused, visit.language) if refused else "",
        said=said or corrections.Said(""),
        one=one,
        uses=uses,
        used_downstream=used_downstream,
        quality_shown=quality_shown,
        **stands,
        runs_shown=visit.may_see_of((one.agency,), *RUNS),
        choices=choices,
        longest=LONGEST_TEXT,
        longest_record=corrections.LONGEST_RECORD,
    )


def _standing(visit: Visit, session: Session, one: dataset_views.Description) -> dict[str, Any]:
    """What the provider and the steward are shown beside the verdict."""
    titles = {item.name: item.title for item in one.items}
    return {
        "waived": standing.waived(session, one.code, one.rules, visit.hub.clock()),
        "kept_back": standing.kept_back(session, one.code),
        "profile": standing.profiled(visit.settings, one.code, titles),
    }


@router.get("/bases")
def bases(visit: CatalogueVisit) -> HTMLResponse:
    """The base and topic databases with their sources."""
    with visit.reader() as session:
        found = base_views.bases(session)
    return visit.page("bases.html", found=found, judged_of=_judged_of(visit))


@router.get("/runs")
def steps(visit: RunVisit, agency: Word = "", outcome: Word = "", page: Page = 1) -> HTMLResponse:
    """What the pipelines did."""
    own = visit.own_agency(Permission.ALL_RUNS_READ)
    agency = own or agency
    with visit.reader() as session:
        chosen = known_agency(session, agency)
        found = runs.steps(session, agency=agency, outcome=outcome, page=page)
        known = names.agencies(session)
    return visit.page(
        "runs.html",
        found=found,
        agency=agency,
        outcome=outcome,
        chosen=chosen,
        agencies=[] if own else [(code, visit.named(name)) for code, name in known.items()],
        outcomes=[(code, visit.word("outcome", code)) for code in ("ok", "failed")],
        address=address("/runs", agency=agency, outcome=outcome),
    )


@router.get("/quality")
def judged(visit: QualityVisit, agency: Word = "") -> HTMLResponse:
    """Quality by department, dimension and dataset."""
    own = visit.own_agency(Permission.ALL_QUALITY_READ)
    agency = own or agency
    with visit.reader() as session:
        chosen = known_agency(session, agency)
        found = quality.newest(session, agency=agency)
        ranked = ranking.now(session, visit.settings, agency=agency)
        dimensions = quality.dimensions(session, agency=agency)
    return visit.page(
        "quality.html",
        judged=found,
        ranked=ranked,
        dimensions=dimensions,
        chosen=chosen,
        to_all="" if own else "/quality",
    )


@router.get("/usage")
def uses(visit: UsageVisit, provider: Word = "") -> HTMLResponse:
    """Uses fed back to providers; a provider sees its own."""
    own = visit.own_agency(Permission.ALL_USAGE_READ)
    provider = own or provider
    until = local_day(visit.hub.clock())
    with visit.reader() as session:
        chosen = known_agency(session, provider)
        lines = _lines(visit, provider=provider, since=until - timedelta(days=usage.DAYS_SHOWN - 1))
        return visit.page(
            "usage.html",
            chosen=chosen,
            to_all="" if own else "/usage",
            days=usage.by_day(lines, until=until),
            providers=usage.providers(session, lines),
            uses=usage.uses(session, lines),
            reports=usage.reports(session, provider=provider),
        )


def known_agency(session: Session, code: str) -> Pair | None:
    """The name of the department a page is narrowed to, None for all. Raises NotFound for one nobody knows."""
    name = names.agencies(session).get(code)
    if code and name is None:
        raise NotFound(
            "没有这个部门。请从页面上的链接或列表中选择部门。",
            "There is no such department. Choose one by the links and lists of the pages.",
            code="agency_unknown",
        )
    return name


def _lines(visit: Visit, *, provider: str, dataset: str = "", since: date | None = None) -> list[dict[str, Any]]:
    """Lines of the usage table, all of them or a provider's own."""
    return usage_table.summary(visit.settings, provider=provider, dataset=dataset, since=since)


def _correctable(visit: Visit, session: Session, one: dataset_views.Description) -> tuple[corrections.Choice, ...]:
    """What of a dataset the person may raise a correction about, as a recipient of it; empty for nothing."""
    if visit.person is None or not visit.may(Permission.GRANTED_CORRECTIONS_RAISE):
        return ()
    grants, now = visit.hub.access.grants(agency=visit.person.agency, account=visit.person.login), visit.hub.clock()
    if not corrections.is_recipient(grants, one.code, one.sharing, now):
        return ()
    return corrections.choices(session, grants, one.code, now)


def _judged_of(visit: Visit) -> str | None:
    """Whose verdicts the person sees: '' everybody's, the code of one department, or None: nobody's."""
    return visit.own_agency(Permission.ALL_QUALITY_READ) if visit.may(*QUALITY) else None


def _used_downstream(visit: Visit, session: Session, code: str, provider: str) -> tuple[usage.Use, ...]:
    """One use of every dataset made from `code` that somebody was given rows of."""
    below = dataset_views.downstream(session, code)
    lines = [line for line in _lines(visit, provider=provider) if line["dataset"] in below]
    given = {use.dataset: use for use in usage.uses(session, lines) if use.decision == "allowed"}
    return tuple(given[name] for name in sorted(given))
