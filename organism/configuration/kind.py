"""What kinds of configuration file there are, by name."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One kind; the name is that of its JSON schema under `configs/schema` too."""

    RUN = "run"
    """A search: `organism evolve start FILE`."""
    GAUNTLET = "gauntlet"
    """What a strategy must show: `organism validate --policy FILE`."""
    GRAMMAR = "grammar"
    """What rules are made of: `organism evolve start --grammar FILE`."""
    CAMPAIGN = "campaign"
    """Many made worlds: `organism calibrate FILE`."""
    SPLICE = "splice"
    """One market from several venues: `organism data splice FILE`."""
    FACTS = "facts"
    """What is known of a venue's coins: a row a coin."""
