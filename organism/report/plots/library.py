"""The only import of plotly: figures checked by it, and its script, packed into a page."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NewType

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

FigureJson = NewType("FigureJson", str)
"""A figure as JSON in which `<`, `>` and `/` are escaped, so that it can stand in a page."""
NO_TEMPLATE: Mapping[str, Any] = {}
"""Colours of axes and letters come from the page, which knows day from night."""


@dataclass(frozen=True, slots=True)
class PackedScript:
    """The library's script."""

    packed: str
    """gzip in base64: a third of its size."""
    sha256: str
    """base64 of the sha256 of the script itself, as a content policy names it."""


def figure(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> FigureJson:
    """Return a figure as JSON; arrays become base64 in their own dtype, text is shown as it is.

    Raises
    ------
    ValueError
        If the library knows no such property, or not such a value of it.
    """
    made = go.Figure(data=[dict(trace) for trace in traces], layout={**layout, "template": NO_TEMPLATE})
    return FigureJson(str(made.to_json()))


@cache
def packed_script() -> PackedScript:
    """Return the script that draws figures; the same bytes every time."""
    script: bytes = get_plotlyjs().encode("utf-8")
    return PackedScript(packed(script), base64.b64encode(hashlib.sha256(script).digest()).decode("ascii"))


def packed(content: bytes) -> str:
    """Return gzip in base64, which a page can hold and unpack; the same for the same content."""
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode("ascii")
