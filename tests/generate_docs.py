"""Write the reference pages that are made from the code: `make docs`. With names, only those: `settings.md http.md`."""

import sys
from collections.abc import Sequence

from tests.reference import PAGES
from tests.reference.markdown import ROOT

FOLDER = ROOT / "docs" / "reference"


def main(names: Sequence[str]) -> int:
    """Write the pages named (all by default); 2 for a name that is no page."""
    unknown = sorted(set(names) - set(PAGES))
    if unknown:
        sys.stderr.write(f"no such page: {', '.join(unknown)}; there are {', '.join(PAGES)}\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or PAGES:
        path, text = FOLDER / name, PAGES[name]()
        changed = not path.exists() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{'written' if changed else 'current'}  docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
