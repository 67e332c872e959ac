"""Statistics beside what they mean, as a list."""

from __future__ import annotations

from collections.abc import Mapping

from organism.report.document import Bullets


def meanings(words: Mapping[str, str]) -> Bullets:
    """Return a line for each statistic."""
    return Bullets(tuple(f"{name}: {meaning}" for name, meaning in words.items()))
