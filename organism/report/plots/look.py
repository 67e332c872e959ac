"""What all figures of a report share: colours that are told apart by day, by night and by the colour-blind."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.market import IntArray
from organism.views.chapters.slices import LONG_NAMES

SLICE_COLOURS = {"IS": "#2f86c5", "OOS": "#e0702a", "WF": "#159c77"}
GOOD, BAD, NEUTRAL = "#2f86c5", "#d9582b", "#8a929b"
"""Earned, lost and neither: blue and vermilion, never green beside red."""
INK_SOFT = "#7d8790"
HEIGHT = 380
MARGIN = {"l": 64, "r": 18, "t": 34, "b": 42}
LEGEND = {"orientation": "h", "x": 0.0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"}


def layout(height: int = HEIGHT, **more: Any) -> dict[str, Any]:
    """Return a layout with the usual margins; `more` replaces and adds."""
    # A legend of one line too: it says which slice that is.
    return {"height": height, "margin": MARGIN, "legend": LEGEND, "showlegend": True, "hovermode": "closest", **more}


def time_axis(**more: Any) -> dict[str, Any]:
    """Return an axis of UTC milliseconds."""
    return {"type": "date", **more}


def percent_axis(title: str, **more: Any) -> dict[str, Any]:
    """Return an axis of fractions, written as percent."""
    return {"title": {"text": title}, "tickformat": ".4~%", "zeroline": True, **more}


def slice_text(name: str) -> str:
    """Return `in-sample (IS)`."""
    return f"{LONG_NAMES[name]} ({name})" if name in LONG_NAMES else shown(name)


def slice_colour(name: str) -> str:
    """Return the colour of a slice, the same in all figures."""
    return SLICE_COLOURS.get(name, NEUTRAL)


def shown(text: str) -> str:
    """Return text as the library shows it literally: it reads a few tags of HTML in all labels."""
    return escape(text, quote=False)


def milliseconds(time_ms: IntArray) -> NDArray[np.float64]:
    """Return times as an array that a page can hold: there are no whole numbers of 64 bits in JavaScript's arrays."""
    return time_ms.astype(np.float64)


def small(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return values with the seven digits that a picture needs, in half the bytes."""
    return values.astype(np.float32)
