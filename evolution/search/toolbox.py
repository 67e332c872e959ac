"""DEAP's toolbox with our operators in it; what draws takes `rng` at the call."""

from __future__ import annotations

from deap import base

from evolution.search.children import Breeder, parents_of
from evolution.search.selection import survivors

Toolbox = base.Toolbox


def make_toolbox(breeder: Breeder) -> Toolbox:
    """Return a toolbox with `parents`, `breed` and `survive`."""
    toolbox = base.Toolbox()
    toolbox.register("parents", parents_of)
    toolbox.register("breed", breeder.breed)
    toolbox.register("survive", survivors)
    return toolbox
