"""Rules about funding need a history whose funding is known."""

from __future__ import annotations

import numpy as np

from data.errors import ConfigError
from data.market import Market, Universe
from evolution.genome.codec import from_json
from evolution.opcodes.catalogue import CATALOGUE
from evolution.priors import SearchPriors
from evolution.search.grammar import kept_weights

LEAST_SHARE = 0.5
"""Of the bars on which a coin traded, those whose funding has to be known."""


def require_funding(priors: SearchPriors, in_sample: Universe) -> None:
    """Refuse a grammar, or rules to begin with, that speak of funding on a history that knows too little of it.

    Where funding is unknown a rule about it neither enters nor leaves: it would be bred on a part of the history that
    nobody has chosen.

    Raises
    ------
    ConfigError
        If funding is unknown on more than half of a coin's bars.
    """
    needing = sorted(name for name in kept_weights(priors) if CATALOGUE[name].needs_funding)
    given = [place for place, text in enumerate(priors.rules, 1) if _needs_funding(text)]
    if not needing and not given:
        return
    shares = {market.coin: _known_share(market) for market in in_sample}
    least = min(shares, key=shares.__getitem__)
    if shares[least] < LEAST_SHARE:
        listed = ", ".join(f'"{name}"' for name in needing)
        drawn = (
            f"leave those rules out (in [search]: excluded_opcodes = [{listed}], or --grammar "
            "configs/grammars/no-funding.toml)"
        )
        begun = f"take rule {', '.join(map(str, given))} out of those to begin with"
        remedies = [drawn] * bool(needing) + [begun] * bool(given)
        raise ConfigError(
            f"funding of {least} is known on {shares[least]:.0%} of its in-sample bars, and rules may be about it; "
            f"allowed is {LEAST_SHARE:.0%} or more: {', and '.join(remedies)}, or import funding"
        )


def _needs_funding(text: str) -> bool:
    return any(CATALOGUE[name].needs_funding for name in from_json(text).opcodes())


def _known_share(market: Market) -> float:
    traded = market.is_available
    return float(np.isfinite(market.funding_rate[traded]).mean()) if traded.any() else 1.0
