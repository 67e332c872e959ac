"""The frame of a picture that is a file of its own, beside a page of the documentation."""

from __future__ import annotations

from organism.report.markup import Markup, element


def titled_picture(title: str, style: str, width: float, height: float, *children: Markup) -> str:
    """Return an SVG file: its title above, and on white whatever is drawn."""
    body = element(
        "svg",
        element("title", title),
        Markup(f"<style>{style}</style>"),
        element("rect", width=width, height=height, fill="#fff"),
        element("text", title, x=12, y=20, class_="title"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
    )
    return body + "\n"
