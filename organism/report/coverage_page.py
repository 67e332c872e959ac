"""The page of a check: is this history whole, and where is it not?"""

from __future__ import annotations

from pathlib import Path

from organism.report.day_calendar import day_calendar
from organism.report.html import page, section
from organism.report.markup import Markup, element, join
from organism.report.table import table
from organism.views.coverage_tables import CoveragePage, Listing

STYLE = Path(__file__).with_name("history.css")
"""Style of the pages about history: what is drawn in them."""
FOOTER = "Nothing was changed or filled in: what is missing stays missing, and a backtest holds no position across it."


def coverage_page(shown: CoveragePage) -> str:
    """Return the page as text."""
    tone = "good" if shown.is_clean else "bad"
    word, _, rest = shown.verdict.partition(":")
    return page(
        shown.title,
        element(
            "header",
            element("h1", shown.title),
            element("p", element("span", word, class_=f"badge {tone}"), rest, class_="lead"),
        ),
        section("Figures", definitions(shown.figures)),
        section(
            "Day by day",
            element("p", "Share of what was expected of each day, from the first bar to the last.", class_="note"),
            day_calendar(shown.calendars),
        ),
        *(section(listing.title, _listing(listing)) for listing in shown.listings),
        footer=FOOTER,
        more_style=STYLE.read_text(encoding="utf-8"),
    )


def definitions(pairs: tuple[tuple[str, str], ...]) -> Markup:
    """Return names and what they are."""
    return element("dl", *(element(tag, text) for pair in pairs for tag, text in zip(("dt", "dd"), pair, strict=True)))


def _listing(listing: Listing) -> Markup:
    left_out = f"The worst {len(listing.rows):,}; {listing.n_left_out:,} more are left out here, --json has them all."
    return join(
        element("p", listing.explanation, class_="note"),
        element("div", table(listing.heads, listing.rows, numbers=set(range(1, len(listing.heads)))), class_="listing"),
        element("p", left_out, class_="note") if listing.n_left_out else Markup(""),
    )
