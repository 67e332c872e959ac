"""Markets made from a seed, whose truth is known."""

from data.worlds.drawn import drawn_cause
from data.worlds.make import make_world
from data.worlds.recipes import NULL_NAMES, RECIPES, WORLD_NAMES, Recipe, WorldName
from data.worlds.world import World

__all__ = ["NULL_NAMES", "RECIPES", "WORLD_NAMES", "Recipe", "World", "WorldName", "drawn_cause", "make_world"]
