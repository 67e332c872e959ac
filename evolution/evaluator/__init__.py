"""From genomes to entry and exit levels on every coin, and to scores."""

from evolution.evaluator.evaluate import signals
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.program import Task, task_of
from evolution.evaluator.scoring import Evaluator

__all__ = ["Evaluator", "FeatureStore", "Task", "signals", "task_of"]
