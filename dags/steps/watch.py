"""What waits too long, and what may be thrown away."""

from datetime import datetime, timedelta

from sqlalchemy import select

from catalog import queries
from catalog.database import open_reader
from catalog.models import Batch
from catalog.settings import Settings
from lake import tables
from lake.layout import PUBLISHED, Layout
from lake.storage import folders, remove_file
from quality.tickets import escalate_overdue


def overdue(settings: Settings, *, now: datetime, after: timedelta) -> list[str]:
    """Ids of standardised batches that have waited for judgement longer than `after`."""
    with open_reader(settings) as session:
        waiting = queries.batches(session, status="standardised")
        return [batch.batch_id for batch in waiting if now - batch.collected_at > after]


def escalate_tickets(settings: Settings, *, now: datetime) -> list[str]:
    """Pass overdue correction orders up to the authority; returns their ids."""
    return escalate_overdue(settings, now=now)


def write_data_docs(settings: Settings) -> str:
    """Write Great Expectations' Data Docs of every dataset's newest verdict under SHUNIU_HOME; returns the folder."""
    from quality.checkpoint.data_docs import build

    return str(build(settings))


def clean(settings: Settings, *, now: datetime, keep: timedelta) -> dict[str, int]:
    """Remove staged files of judged batches; vacuum standard, base and topic tables of files older than `keep`.

    What is there is asked of the lake, not of the catalogue: what a build remembers of people lies beside its base and
    in no entry. Returns how many staged batches and how many files went. Raw and quarantine are never touched.
    """
    layout = Layout(settings.lake_url)
    with open_reader(settings) as session:
        judged = session.execute(select(Batch.dataset, Batch.batch_id).where(Batch.status == "judged")).all()
    staged = sum(remove_file(layout.staging(dataset, batch_id), settings) for dataset, batch_id in judged)
    with open_reader(settings) as session:
        pinned = queries.published_all(session)
    files = 0
    there = [(zone, code) for zone in PUBLISHED for code in folders(layout.zone(zone), settings)]
    for zone, code in there:
        uri = layout.found(zone, code)
        version = tables.version(uri, settings=settings)
        # An older version that is still the published one must stay readable, however long its successor stays unfit.
        if version is not None and (code not in pinned or pinned[code].delta_version == version):
            files += len(tables.vacuum(uri, keep_hours=int(keep.total_seconds() // 3600), settings=settings))
    return {"staged": staged, "files": files}
