"""The newest verdict and the newest published version of every dataset, as joinable selects. SQL only, no sessions."""

from sqlalchemy import ColumnElement, Subquery, func, select

from catalog.models import DatasetVersion, Verdict
from quality.rules.rule import FIT


def verdicts() -> Subquery:
    """One row per judged dataset: every column of its newest verdict."""
    newest = func.row_number().over(
        partition_by=Verdict.dataset, order_by=(Verdict.judged_at.desc(), Verdict.verdict_id.desc())
    )
    ranked = select(Verdict, newest.label("newest")).subquery()
    return select(ranked).where(ranked.c.newest == 1).subquery("latest_verdict")


def good_verdicts() -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Of every dataset that was ever found fit: its code, and the id of its newest fit verdict."""
    newest = func.row_number().over(
        partition_by=Verdict.dataset, order_by=(Verdict.judged_at.desc(), Verdict.verdict_id.desc())
    )
    fit = select(Verdict.dataset, Verdict.verdict_id, newest.label("newest")).where(Verdict.outcome.in_(FIT)).subquery()
    only = select(fit).where(fit.c.newest == 1).subquery("latest_good_verdict")
    return only.c.dataset, only.c.verdict_id


def versions() -> Subquery:
    """One row per published dataset: every column of its newest version."""
    newest = func.row_number().over(partition_by=DatasetVersion.dataset, order_by=DatasetVersion.version.desc())
    ranked = select(DatasetVersion, newest.label("newest")).subquery()
    return select(ranked).where(ranked.c.newest == 1).subquery("latest_version")
