"""Markets made from a seed, whose truth is known."""

from data.worlds.make import WORLD_NAMES, make_world
from data.worlds.world import World

__all__ = ["WORLD_NAMES", "World", "make_world"]
