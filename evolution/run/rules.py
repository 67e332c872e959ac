"""Every rule that was ever good enough to be a parent, as text: what a lineage is read from.

A line of `rules.jsonl` is the canonical JSON of a genome, so that its sha256 is the genotype hash and the line proves
itself. One that a kill cut short, or let repeat, is a line that nobody asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evolution.genome.codec import SCHEMA
from evolution.run.lines import append_whole

if TYPE_CHECKING:
    # Reading rules needs no search engine.
    from evolution.run.state import SearchState

ENDING = b'"schema":%d}\n' % SCHEMA
"""Of every whole line, since keys are in order."""


class KeptRule(NamedTuple):
    """A line."""

    genotype: str
    text: bytes
    """Canonical JSON."""
    offset: int
    """Where it begins in the file (bytes)."""


def append_rules(path: Path, state: SearchState) -> None:
    """Write down those of the last generation that are in the population or the hall of fame now."""
    kept = {
        item.genotype_hash: item.text
        for item in (*state.population, *state.hall_of_fame)
        if item.generation == state.generation
    }
    if kept:
        # Nothing else holds them once they have left the population, and the checkpoint that follows is durable.
        append_whole(path, b"\n".join(kept.values()) + b"\n", durably=True)


def read_rules(path: Path, offset: int = 0) -> Iterator[KeptRule]:
    """Yield the rules from `offset` (bytes) on, as far as they are whole.

    A run from before rules were kept has none.
    """
    if not path.exists():
        return
    with path.open("rb") as stream:
        stream.seek(offset)
        for line in stream:
            if line.endswith(ENDING):
                text = line[:-1]
                yield KeptRule(sha256(text).hexdigest(), text, offset)
            offset += len(line)
