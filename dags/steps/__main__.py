"""One night of the datasets named, once and without a schedule: `python -m dags.steps transport_vehicle`.

For trying a new contract. The steps are those of the nightly run and as safe to repeat: load, judge, publish. Without a
name, what waits of every dataset is judged and published.
"""

import sys
from datetime import UTC, datetime

from catalog import queries
from catalog.database import open_reader
from catalog.errors import HubError
from catalog.i18n import text
from catalog.secrets import keep_private
from catalog.settings import Settings
from dags.steps.department import load
from dags.steps.judgement import judge_waiting
from dags.steps.publication import publish


def _now() -> datetime:
    return datetime.now(UTC)


def main(datasets: list[str]) -> int:
    """Exit code 1 when a dataset is unknown (then nothing is done), could not be loaded or judged, or not published."""
    settings = Settings.from_environ()
    keep_private(settings.home)
    try:
        with open_reader(settings) as session:
            for dataset in datasets:
                queries.dataset(session, dataset)
    except HubError as error:
        sys.stderr.write(f"{error.sentence(settings.language)}\n")
        return 1
    failed = _loaded(settings, datasets)
    only = set(datasets) - set(failed) if datasets else None
    failed |= judge_waiting(settings, clock=_now, only=only)
    done = publish(settings, clock=_now, only=only)
    failed |= done.kept_back | done.failed
    published = [dataset for dataset in done.published if dataset not in failed]
    for dataset, sentence in failed.items():
        sys.stderr.write(f"{dataset}: {sentence}\n")
    zh = f"本次运行结束：已发布 {len(published)} 个数据集，未完成 {len(failed)} 个。"
    en = f"The run has ended: datasets published {len(published)}, not done {len(failed)}."
    sys.stdout.write(text(zh, en, settings.language) + "\n")
    return 1 if failed else 0


def _loaded(settings: Settings, datasets: list[str]) -> dict[str, str]:
    """Load each dataset and say which batch came; dataset → sentence for those that could not be loaded."""
    failed: dict[str, str] = {}
    for dataset in datasets:
        try:
            batch = load(settings, dataset, clock=_now)
        except HubError as error:
            failed[dataset] = error.sentence(settings.language)
            continue
        zh = f"接收 {dataset}：{f'批次 {batch}' if batch else '没有新数据'}"
        en = f"Loaded {dataset}: {f'batch {batch}' if batch else 'nothing new'}"
        sys.stdout.write(text(zh, en, settings.language) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
