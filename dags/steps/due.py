"""Whose turn it is: a department's DAG wakes at every time one of its datasets names, each dataset loads at its own."""

from datetime import datetime

from croniter import croniter
from sqlalchemy import func, select

from catalog.database import open_reader
from catalog.models import RunStep
from catalog.settings import Settings
from catalog.working_days import COUNTY_TIME


def due(settings: Settings, dataset: str, schedule: str, now: datetime) -> bool:
    """Whether `schedule` (cron, the county's time) has named a time since `dataset` was last collected without error.

    So a dataset that was never collected is due, one that failed is due again at the department's next time, and a
    monthly time that passed while the hub was away is made up for. Without a schedule of its own: always.
    """
    if not schedule:
        return True
    query = select(func.max(RunStep.started_at)).where(
        RunStep.dataset == dataset, RunStep.stage == "collect", RunStep.ok
    )
    with open_reader(settings) as session:
        last = session.scalar(query)
    return last is None or last < croniter(schedule, now.astimezone(COUNTY_TIME)).get_prev(datetime)
