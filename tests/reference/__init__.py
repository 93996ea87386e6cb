"""The reference pages made from the code, one function per page. `make docs` writes them, a test compares them."""

from collections.abc import Callable

from tests.reference import access, cli, dags, errors, events, http, options, settings, sources, standards

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli.page,
    "dags.md": dags.page,
    "datasets.md": standards.datasets_page,
    "elements.md": standards.elements_page,
    "errors.md": errors.page,
    "events.md": events.page,
    "http.md": http.page,
    "openapi.json": http.openapi,
    "options.md": options.page,
    "permissions.md": access.page,
    "settings.md": settings.page,
    "sources.md": sources.page,
}
"""File in docs/reference → function that returns its text."""
