"""The normal distribution, exact in both tails, without a library to load."""

from __future__ import annotations

import math
from statistics import NormalDist

STANDARD = NormalDist()


def normal_probability(z: float) -> float:
    """Return P(Z <= z); tails keep their relative accuracy, which 1 - P would lose."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(probability: float) -> float:
    """Return z with P(Z <= z) = `probability`, which is strictly between 0 and 1."""
    return STANDARD.inv_cdf(probability)
