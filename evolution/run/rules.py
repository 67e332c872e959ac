"""Every rule that was ever good enough to be a parent, as text: what a lineage is read from.

A line of `rules.jsonl` is the canonical JSON of a genome, so that its sha256 is the genotype hash and the line proves
itself. One that a kill cut short, or let repeat, is a line that nobody asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from evolution.run.generation import append_whole
from evolution.run.state import SearchState


def append_rules(path: Path, state: SearchState) -> None:
    """Write down those of the last generation that are in the population or the hall of fame now."""
    kept = {
        item.genotype_hash: item.text
        for item in (*state.population, *state.hall_of_fame)
        if item.generation == state.generation
    }
    if kept:
        append_whole(path, b"\n".join(kept.values()) + b"\n")


def read_rules(path: Path, offset: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield genotype hash and text of the lines from `offset` (bytes) on, as far as they are whole.

    A run from before rules were kept has none.
    """
    if not path.exists():
        return
    with path.open("rb") as stream:
        stream.seek(offset)
        for line in stream:
            if line.endswith(b"\n"):
                text = line[:-1]
                yield sha256(text).hexdigest(), text
