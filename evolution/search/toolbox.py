"""DEAP's toolbox with our operators in it; what draws takes `rng` at the call."""

from __future__ import annotations

from deap import base

from evolution.search.children import Breeder, parents_of
from evolution.search.selection import ideas, survivors


class Toolbox(base.Toolbox):  # type: ignore[misc]  # DEAP has no types
    """DEAP's, under a name of ours."""


def make_toolbox(breeder: Breeder) -> Toolbox:
    """Return a toolbox with `parents`, `breed`, `survive` and `ideas`."""
    toolbox = Toolbox()
    toolbox.register("parents", parents_of)
    toolbox.register("breed", breeder.breed)
    toolbox.register("survive", survivors)
    toolbox.register("ideas", ideas)
    return toolbox
