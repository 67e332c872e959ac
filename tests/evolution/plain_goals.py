"""Three objectives whose values a test can write down."""

from __future__ import annotations

from evolution.run.objectives import Objective
from evolution.search.goals import Goals

PLAIN_OBJECTIVES = (
    Objective(metric="sharpe", goal="max"),
    Objective(metric="stability", goal="max"),
    Objective(metric="size", goal="min"),
)
PLAIN = Goals(PLAIN_OBJECTIVES)
