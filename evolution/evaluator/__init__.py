"""From a genome to entry and exit levels on every coin."""

from evolution.evaluator.evaluate import signals
from evolution.evaluator.features import FeatureStore

__all__ = ["FeatureStore", "signals"]
