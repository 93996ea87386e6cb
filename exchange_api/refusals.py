"""Record a refusal: who was refused what, where, and why. The trail holds no free text of callers."""

from collections.abc import Sequence

from authorization.access import Caller
from exchange_api.facts import DatasetFacts
from exchange_api.hub import Hub


def refuse(
    hub: Hub,
    caller: Caller,
    *,
    surface: str,
    reasons: Sequence[str],
    facts: DatasetFacts | None = None,
    purpose: str = "",
    items: Sequence[str] = (),
) -> None:
    """Make a refusal durable. `purpose` is recorded only where a grant of the caller knows it; `items` exist.

    `facts` None: no dataset was asked for, or none the catalogue knows.
    """
    purposes = {grant.purpose for grant in hub.access.grants(agency=caller.agency, account=caller.login)}
    hub.record(
        caller,
        decision="refused",
        purpose=purpose if purpose in purposes else "",
        dataset=facts.code if facts else "",
        version=facts.version if facts else None,
        surface=surface,
        items=items,
        providers=facts.providers if facts else (),
        reasons=reasons,
    )
