"""What `organism doctor` has to say of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE, DAMAGED, UNREAD, LEFTOVER = "whole", "damaged", "unread", "leftover"
"""Of a part of a home. What is unread may be whole: something stood in the way of looking."""
FINE, POOR, WRONG = "fine", "poor", "wrong"
"""Of the machine: as it should be; it works, but not as well as it could; something will fail."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a home, or one thing about the machine."""

    what: str
    state: str
    """`whole`, `damaged`, `unread`, or `leftover` for what a crash left behind; of the machine `fine`, `poor` or
    `wrong`."""
    detail: str = ""
    remedy: str = ""
    """What to do; empty for what is whole or fine."""
