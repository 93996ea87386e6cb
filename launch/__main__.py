"""`python -m launch`: bring the hub in SHUNIU_HOME to life and keep it until Ctrl-C."""

import sys

from rich.console import Console

from catalog.errors import HubError
from catalog.secrets import keep_private
from catalog.settings import Settings
from launch.hub import bring_to_life


def main() -> int:
    """Exit code: 0 when it was stopped, 2 when there is nothing to start, else 1."""
    settings, console = Settings.from_environ(), Console()
    keep_private(settings.home)
    try:
        bring_to_life(settings, console)
    except HubError as error:
        console.print(f"[red]✗[/red] {error.sentence(settings.language)}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
