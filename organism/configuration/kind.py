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

    @property
    def command(self) -> str:
        """What reads it."""
        return COMMANDS[self]

    @property
    def example(self) -> str:
        """A file of the project, or where one is shown."""
        return EXAMPLES[self]


COMMANDS = {
    Kind.RUN: "`organism evolve start FILE`",
    Kind.GAUNTLET: "`organism validate --policy FILE`",
    Kind.GRAMMAR: "`organism evolve start CONFIG --grammar FILE`",
    Kind.CAMPAIGN: "`organism calibrate FILE`",
    Kind.SPLICE: "`organism data splice FILE`",
    Kind.FACTS: "`organism data facts FILE`",
}
EXAMPLES = {
    Kind.RUN: "configs/demo.toml",
    Kind.GAUNTLET: "configs/gauntlet.toml",
    Kind.GRAMMAR: "configs/grammars/no-funding.toml",
    Kind.CAMPAIGN: "configs/calibration.toml",
    Kind.SPLICE: "that of docs/history.md",
    Kind.FACTS: "that of docs/history.md",
}
