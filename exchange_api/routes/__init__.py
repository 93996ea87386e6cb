"""One file per subject or protocol. Handlers fetch, ask `reads` for rows, and shape the answer; they decide nothing."""

from exchange_api.routes import (
    accounts,
    audit,
    catalog,
    delta_sharing,
    files,
    grants,
    health,
    quality,
    records,
    reviews,
    runs,
    systems,
    tickets,
    usage,
    verification,
)

ROUTERS = (
    health.router,
    catalog.router,
    records.router,
    verification.router,
    quality.router,
    tickets.router,
    reviews.router,
    runs.router,
    systems.router,
    usage.router,
    grants.router,
    accounts.router,
    audit.router,
    delta_sharing.router,
    files.router,
)

__all__ = ["ROUTERS"]
