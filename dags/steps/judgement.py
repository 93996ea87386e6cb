"""Judge every batch that waits. One process for all of them, because Great Expectations takes seconds to import."""

from collections.abc import Callable
from datetime import datetime

from catalog import queries
from catalog.actions import batches, runs
from catalog.contracts import load_contract
from catalog.database import open_reader, open_session
from catalog.errors import HubError
from catalog.settings import Settings
from quality.run import judge
from quality.tickets import follow
from quality.verdicts import unsettled, waivers


def judge_waiting(settings: Settings, *, clock: Callable[[], datetime]) -> dict[str, str]:
    """Judge all standardised batches, oldest first. Returns dataset → sentence for those that could not be judged.

    A dataset that cannot be judged keeps its last good standard table; the others go on.
    """
    with open_reader(settings) as session:
        waiting = [(batch.batch_id, batch.dataset) for batch in queries.batches(session, status="standardised")]
    failed: dict[str, str] = {}
    for batch_id, dataset in waiting:
        if dataset in failed:
            continue  # later batches of a dataset must not overtake one that failed
        try:
            _judge(settings, batch_id, dataset, clock=clock)
        except HubError as error:
            failed[dataset] = error.sentence(settings.language)
    return failed


def _judge(settings: Settings, batch_id: str, dataset: str, *, clock: Callable[[], datetime]) -> None:
    contract = load_contract(settings.contracts_dir / f"{dataset}.odcs.yaml")
    with runs.step(settings, stage="judge", dataset=dataset, agency=contract.agency, clock=clock) as step:
        step.batch = batch_id
        now = clock()
        waived = waivers(settings, dataset, now)
        verdict = judge(settings, contract, batch_id, now=now, waivers=waived)
        step.rows = verdict.rows
        if verdict.outcome == "error":
            raise unsettled(verdict)  # the batch waits, and is judged anew when the rule is mended
        # Before the batch is done with: killed here, it is followed again.
        follow(settings, contract, verdict, waived={waiver.rule_id for waiver in waived})
    with open_session(settings) as session:
        batches.advance(session, batch_id=batch_id, status="judged")
