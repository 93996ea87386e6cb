"""Write the departments' pools for an Airflow that somebody else starts: `python -m launch.pools`, says the file.

`airflow pools import FILE` takes it. The Airflow started here gets its pools by launch/airflow.py.
"""

import sys

from catalog.pools import keep, kept, wanted
from catalog.settings import Settings


def main() -> int:
    """Write the file and say where it is."""
    settings = Settings.from_environ()
    keep(settings, wanted(settings))
    sys.stdout.write(f"{kept(settings)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
