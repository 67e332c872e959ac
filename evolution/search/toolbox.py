"""DEAP's toolbox with our operators in it; each takes `rng` at the call."""

from __future__ import annotations

from deap import base

from evolution.genome.genome import Genome
from evolution.search.draws import Randomness
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from evolution.search.selection import choose_parent, survivors
from evolution.search.variation import Breeder, Offspring


def make_toolbox(breeder: Breeder, *, elitist_share: float) -> base.Toolbox:
    """Return a toolbox with `fresh`, `parent`, `breed` and `survive`."""
    toolbox = base.Toolbox()
    toolbox.register("fresh", _fresh, breeder.grammar, breeder.shape)
    toolbox.register("parent", choose_parent, elitist_share=elitist_share)
    toolbox.register("breed", breeder.breed)
    toolbox.register("survive", survivors)
    return toolbox


def _fresh(grammar: Grammar, shape: Shape, position: int, rng: Randomness) -> Offspring:
    """Draw a genome; depths are ramped over positions (Koza 1992)."""
    depths = range(shape.minimum_depth, shape.maximum_depth + 1)
    genome: Genome = random_genome(grammar, shape, depths[position % len(depths)], rng)
    return Offspring(genome, "initial", ())
