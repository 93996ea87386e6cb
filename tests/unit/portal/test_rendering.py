"""Numbers, rates and moments as pages show them."""

from datetime import UTC, datetime

import pytest

from exchange_api.portal import rendering


@pytest.mark.parametrize(
    ("good", "checked", "rate", "failing"),
    [
        (999_999, 1_000_000, "99.99 %", "0.01 %"),
        (100, 100, "100.00 %", "0.00 %"),
        (0, 3, "0.00 %", "100.00 %"),
        (2, 3, "66.66 %", "33.34 %"),
        (0, 0, "—", "—"),
    ],
)
def test_a_rate_is_never_rounded_up_to_perfect_and_both_shares_add_up(
    good: int, checked: int, rate: str, failing: str
) -> None:
    assert (rendering.rate(good, checked), rendering.failing(good, checked)) == (rate, failing)


def test_a_moment_is_shown_in_beijing_time() -> None:
    assert rendering.moment(datetime(2026, 11, 20, 17, 30, tzinfo=UTC)) == "2026-11-21 01:30"
    assert rendering.day(datetime(2026, 11, 20, 17, 30, tzinfo=UTC)) == "2026-11-21"
    assert rendering.moment(None) == "—"


def test_numbers_and_durations_read_as_in_print() -> None:
    assert rendering.number(1_234_567) == "1,234,567"
    assert rendering.number(None) == "—"
    assert rendering.seconds(0.417) == "0.42 s"
    assert rendering.seconds(200.4) == "3 min 20 s"


def test_a_browser_files_address_changes_with_its_content() -> None:
    assert rendering.static_url("portal.css").startswith("/static/portal.css?v=")
    assert set(rendering.static_files()) == {"portal.css", "seal.svg"}


def test_no_template_holds_style_or_script_the_content_policy_would_refuse() -> None:
    for template in sorted((rendering.FOLDER / "templates").glob("*.html")):
        markup = template.read_text(encoding="utf-8")
        for forbidden in ("style=", "<style", "<script", "onclick", "javascript:", "http://", "https://"):
            assert forbidden not in markup, f"{template.name} holds {forbidden}"
