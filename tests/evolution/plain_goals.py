"""Three objectives whose values a test can write down."""

from __future__ import annotations

from evolution.search.goals import Goals
from evolution.search.objectives import Objective

PLAIN_OBJECTIVES = (
    Objective(metric="sharpe", goal="max"),
    Objective(metric="stability", goal="max"),
    Objective(metric="size", goal="min"),
)
PLAIN = Goals(PLAIN_OBJECTIVES)
