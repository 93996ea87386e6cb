"""The page that sets departments side by side, and the monthly report as a file."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from authorization.permissions import Permission
from exchange_api.monthly import monthly
from exchange_api.portal.pages import known_agency
from exchange_api.portal.problems import PageRoute
from exchange_api.portal.visits import Needs, Visit
from exchange_api.views import names
from exchange_api.views import ranking as views

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)

QualityVisit = Annotated[Visit, Depends(Needs(Permission.ALL_QUALITY_READ, Permission.OWN_QUALITY_READ))]
Month = Annotated[str, Query(max_length=7)]
Word = Annotated[str, Query(max_length=80)]


@router.get("/quality/ranking")
def board(visit: QualityVisit, month: Month = "", agency: Word = "") -> HTMLResponse:
    """Every department's place in a month, or one department with what it must mend."""
    own = visit.own_agency(Permission.ALL_QUALITY_READ)
    agency = own or agency
    with visit.reader() as session:
        chosen = known_agency(session, agency)
        found = views.board(session, visit.settings, month=month, agency=agency)
        titles = names.datasets(session)
    to_all = "" if own else "/quality/ranking"
    return visit.page("ranking.html", board=found, chosen=chosen, titles=titles, to_all=to_all)


@router.get("/quality/report")
def report(visit: QualityVisit, month: Month, form: Literal["xlsx", "html"] = "xlsx") -> Response:
    """The monthly report."""
    assert visit.person is not None  # Needs let nobody else through
    return monthly(visit.hub, visit.person, month, form)
