"""What every page is made of: no font, no picture, no script from elsewhere; printable, under 5 MB."""

from __future__ import annotations

from pathlib import Path

from organism.report.markup import Markup, element

STYLE = Path(__file__).with_name("style.css")
WARNING = "Measured on history, after costs. It promises nothing about the future."
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content policy of a page: a browser refuses whatever would leave it."""

TONES = {
    "pass": "good",
    "graduate": "good",
    "marginal": "middling",
    "watch": "middling",
    "kill": "bad",
    "missed": "bad",
    "quarantine": "odd",
}
"""Colour of each verdict, and of the answer of a gate; the word itself is always written out."""


def page(title: str, *body: Markup, footer: str = WARNING, more_style: str = "", policy: str = POLICY) -> str:
    """Return a whole page; `more_style` is style of its own, after that of every page."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(STYLE.read_text(encoding="utf-8") + more_style)),
    )
    return "<!doctype html>\n" + element("html", head, element("body", *body, element("footer", footer)), lang="en")


def section(title: str, *content: Markup, **attributes: str) -> Markup:
    """Return a part of a page under its heading."""
    return element("section", element("h2", title), *content, **attributes)


def badge(verdict: str) -> Markup:
    """Return the word of a verdict in its colour."""
    return element("span", verdict, class_=f"badge {TONES.get(verdict.lower(), 'neutral')}")
