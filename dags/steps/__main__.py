"""One night of the datasets named, once and without a schedule: `python -m dags.steps transport_vehicle`.

For trying a new contract. The steps are those of the nightly run and as safe to repeat: load, judge, publish.
"""

import sys
from datetime import UTC, datetime

from catalog.errors import HubError
from catalog.secrets import keep_private
from catalog.settings import Settings
from dags.steps.department import load
from dags.steps.judgement import judge_waiting
from dags.steps.publication import publish_all


def _now() -> datetime:
    return datetime.now(UTC)


def main(datasets: list[str]) -> int:
    """Exit code 1 when a dataset could not be loaded, judged or published; the sentence says why."""
    settings = Settings.from_environ()
    keep_private(settings.home)
    failed: dict[str, str] = {}
    for dataset in datasets:
        try:
            batch = load(settings, dataset, clock=_now)
            sys.stdout.write(f"load {dataset}: {batch or '-'}\n")
        except HubError as error:
            failed[dataset] = error.sentence(settings.language)
    failed |= judge_waiting(settings, clock=_now) | publish_all(settings, clock=_now)
    for dataset, sentence in failed.items():
        sys.stderr.write(f"{dataset}: {sentence}\n")
    sys.stdout.write(f"judged, published; failed: {len(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
