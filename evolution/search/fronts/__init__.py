"""Pareto fronts and the room within them, on plain arrays; a folder of its own because it holds compiled code."""
