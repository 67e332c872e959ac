"""Python's collector of reference cycles, at rest while a generation is made.

It wakes after every few hundred new objects and then looks at all those that are alive; a generation makes tens of
thousands, of which none is in a cycle. What little there is is collected at the end of the generation.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, ALL = 1, 2
BETWEEN_FULL = 50_000
"""Genomes scored between two collections of everything."""


class Collector:
    """Lets the collector rest during generations, if it was at work before."""

    def __init__(self) -> None:
        self._n_collected = 0

    @contextmanager
    def at_rest(self, n_genomes: int) -> Iterator[None]:
        """Collect what a generation of so many genomes leaves behind, once it is done, and nothing before."""
        if not gc.isenabled():
            yield
            return
        gc.disable()
        try:
            yield
        finally:
            gc.enable()
            self._n_collected += n_genomes
            is_time = self._n_collected >= BETWEEN_FULL
            gc.collect(ALL if is_time else YOUNG)
            self._n_collected = 0 if is_time else self._n_collected
