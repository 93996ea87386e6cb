"""The newest verdict and the newest published version of every dataset, as joinable selects. SQL only, no sessions."""

from sqlalchemy import Subquery, func, select

from catalog.models import DatasetVersion, Verdict


def verdicts() -> Subquery:
    """One row per judged dataset: every column of its newest verdict."""
    newest = func.row_number().over(
        partition_by=Verdict.dataset, order_by=(Verdict.judged_at.desc(), Verdict.verdict_id.desc())
    )
    ranked = select(Verdict, newest.label("newest")).subquery()
    return select(ranked).where(ranked.c.newest == 1).subquery("latest_verdict")


def versions() -> Subquery:
    """One row per published dataset: every column of its newest version."""
    newest = func.row_number().over(partition_by=DatasetVersion.dataset, order_by=DatasetVersion.version.desc())
    ranked = select(DatasetVersion, newest.label("newest")).subquery()
    return select(ranked).where(ranked.c.newest == 1).subquery("latest_version")
