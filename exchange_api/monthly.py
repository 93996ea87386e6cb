"""The monthly quality report as a download, for the API and the portal alike."""

from fastapi import Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from exchange_api.dependencies import own_agency
from exchange_api.hub import Hub
from exchange_api.views import ranking
from quality.figures.report import KINDS, as_bytes


def monthly(hub: Hub, caller: Caller, month: str, form: str) -> Response:
    """The report of a month as a download, narrowed to the caller's department unless it sees every one's quality."""
    agency = own_agency(caller, Permission.ALL_QUALITY_READ)
    with open_reader(hub.settings) as session:
        found = ranking.report(session, hub.settings, month=month, agency=agency)
    headers = {"content-disposition": f'attachment; filename="quality-{month}.{form}"'}
    return Response(as_bytes(found, month, form), headers=headers, media_type=KINDS[form])
