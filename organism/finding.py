"""What `organism doctor` has to say of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE, DAMAGED, LEFTOVER = "whole", "damaged", "leftover"
"""Of a part of a home."""
FINE, POOR, WRONG = "fine", "poor", "wrong"
"""Of the machine: as it should be; it works, but not as well as it could; something will fail."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a home, or one thing about the machine."""

    what: str
    state: str
    """`whole`, `damaged`, or `leftover` for what a crash left behind; of the machine `fine`, `poor` or `wrong`."""
    detail: str = ""
    remedy: str = ""
    """What to do; empty for what is whole or fine."""
