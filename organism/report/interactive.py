"""A page whose figures answer to the reader: the library and the figures are in it, and nothing is fetched.

The content policy names the two scripts by their hashes. Whatever else got into a page as script would not run, and
nothing can be sent or fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from organism.report.html import page
from organism.report.markup import Markup, element
from organism.report.plots.library import packed, packed_script
from organism.report.plots.slot import Slot, figures_json

SCRIPT = Path(__file__).with_name("interactive.js")
STYLE = Path(__file__).with_name("interactive.css")


def interactive_page(title: str, body: Sequence[Markup], slots: Sequence[Slot], style: str) -> str:
    """Return a whole page that draws the figures of these slots, each of which stands somewhere in the body.

    `style` is style of the body, beside that of every page and that of figures.
    """
    library, script = packed_script(), SCRIPT.read_text(encoding="utf-8")
    return page(
        title,
        *body,
        element("script", Markup(packed(figures_json(slots).encode("utf-8"))), type="text/plain", id="figures"),
        element("script", Markup(library.packed), type="text/plain", id="library"),
        element("script", Markup(script)),
        more_style=style + STYLE.read_text(encoding="utf-8"),
        policy=_policy(_hash(script), library.sha256),
    )


def _policy(*script_hashes: str) -> str:
    """Return a content policy: these scripts, styles of the page, pictures that it makes itself, and no network."""
    scripts = " ".join(f"'sha256-{one}'" for one in script_hashes)
    return f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:"


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
