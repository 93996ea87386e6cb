"""`python -m benchmarks [--only NAME] [--residents|--rows|--seeds N,N]`: measure, keep results.json and performance.md.

A benchmark is a function (folder for its files, sizes or seeds asked for) → Outcome; it stands in
BENCHMARKS and in a module of its own.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import addresses, bases, coordinates, quality
from benchmarks.cities import accuracy, dirt
from benchmarks.cities import main as main_job
from benchmarks.claims import Outcome, store
from benchmarks.ingest import measure as ingest
from benchmarks.page import PAGE, put
from catalog.errors import HubError
from catalog.settings import Settings

Benchmark = Callable[[Path, Sequence[int]], Outcome]
BENCHMARKS: dict[str, Benchmark] = {
    "main": main_job.measure,
    "quality": quality.measure,
    "ingest": ingest.measure,
    "addresses": addresses.measure,
    "coordinates": coordinates.measure,
    "bases": bases.measure,
    "dirt": dirt.measure,
    "accuracy": accuracy.measure,
}
ASKED_BY = {"quality": "rows", "coordinates": "rows", "ingest": "rows", "dirt": "seeds", "accuracy": "seeds"}
"""The option that says what to measure; residents, where none is named."""


def run(arguments: Sequence[str], settings: Settings, *, page: Path = PAGE) -> int:
    """Run the benchmarks asked for. Returns 0 if every goal decided was met, 1 if not, 2 if called wrongly."""
    given = _parser().parse_args(arguments)
    unknown = [name for name in given.only if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    folder = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    met = True
    for name in given.only or BENCHMARKS:
        try:
            found = BENCHMARKS[name](folder, getattr(given, ASKED_BY.get(name, "residents")))
        except HubError as error:
            print(error.sentence(settings.language), file=sys.stderr)
            return error.exit_code
        store(folder / "results.json", found.claims, found.origins)
        put(page, name, found.section)
        for claim in found.claims:
            print(f"{'met   ' if claim.met else 'MISSED'}  {claim.claim}: {claim.ours:g} {claim.unit}")
        met = met and all(claim.met for claim in found.claims)
    print(f"{folder / 'results.json'}\n{page}")
    return 0 if met else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", type=_names, default=[], metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--residents", type=_sizes, default=[], metavar="N,N", help="sizes of the main job's cities")
    parser.add_argument("--rows", type=_sizes, default=[], metavar="N,N", help="sizes of deliveries, in rows")
    parser.add_argument(
        "--seeds", type=_sizes, default=[], metavar="N,N", help="seeds of the cities of dirt and accuracy"
    )
    return parser


def _names(text: str) -> list[str]:
    return [name for name in text.replace("|", ",").split(",") if name]


def _sizes(text: str) -> list[int]:
    return sorted({int(size.replace("_", "")) for size in text.split(",") if size})


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], Settings.from_environ()))
