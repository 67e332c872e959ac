"""From genomes to entry and exit levels on every coin, and to scores."""

from evolution.evaluator.evaluate import signals
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.scoring import Evaluator
from evolution.evaluator.task import Task, task_of

__all__ = ["Evaluator", "FeatureStore", "Task", "signals", "task_of"]
