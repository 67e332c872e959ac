"""Tuning of constants. Optuna is imported here alone, and only when a rule is tuned: it takes a second."""

from evolution.tuning.study import Study

__all__ = ["Study"]
