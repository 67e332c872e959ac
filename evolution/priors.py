"""What earlier runs teach the next: a frozen value, saved with the run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SearchPriors:
    """Knowledge that a search starts with. It never comes from vault results of the same calendar time."""

    excluded_opcodes: frozenset[str] = frozenset()
    """Opcodes that the grammar leaves out."""
    opcode_weights: dict[str, float] = field(default_factory=dict)
    """Replaces the weight of an opcode; 0 leaves it out."""
    rules: tuple[str, ...] = ()
    """Genomes as canonical JSON that the first generation begins with, besides those it draws."""
    avoided: tuple[str, ...] = ()
    """Genomes as canonical JSON that are traded already, or have died: what earns when they do is worth less."""
