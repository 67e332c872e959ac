"""What a search is asked to do; part of a run's configuration file."""

from __future__ import annotations

from pydantic import Field, model_validator

from data.settings import Settings
from evolution.opcodes.catalogue import CATALOGUE
from evolution.priors import SearchPriors
from evolution.run.grammar_settings import GrammarSettings, refuse_speechless, refuse_unknown


class SearchSettings(Settings):
    """The `[search]` table. Everything is counted in evaluations and generations, never in seconds."""

    algorithm: str = Field("gp", pattern=r"^[a-z][a-z0-9]{0,11}$")
    """Short name of the algorithm; the first part of every strategy's id."""
    population: int = Field(300, ge=8, le=20_000)
    """Individuals that survive each generation."""
    offspring: int = Field(300, ge=8, le=20_000)
    """New genotypes scored each generation."""
    generations: int = Field(20, ge=1, le=100_000)
    """Generations after the initial one."""
    immigrant_share: float = Field(0.1, ge=0.0, le=1.0)
    """Share of the offspring drawn afresh."""
    crossover_share: float = Field(0.4, ge=0.0, le=1.0)
    """Share of the bred offspring made by crossover; the rest by mutation."""
    elitist_share: float = Field(0.5, ge=0.0, le=1.0)
    """Share of parent tournaments won by Sharpe alone instead of by dominance."""
    minimum_depth: int = Field(2, ge=2, le=8)
    """Depth of the shallowest fresh roots."""
    maximum_depth: int = Field(4, ge=2, le=8)
    """Depth of the deepest fresh roots."""
    mirrored_share: float = Field(0.5, ge=0.0, le=1.0)
    """Share of the genotypes drawn afresh whose short side is the mirror of the long one."""
    maximum_nodes: int = Field(40, ge=4, le=512)
    """Nodes of a genome that search may make."""
    minimum_trades: int = Field(100, ge=1)
    """Round trips in sample, summed over coins, below which there is no fitness."""
    hall_of_fame: int = Field(200, ge=1, le=5_000)
    """Individuals remembered besides the population."""
    registered: int = Field(40, ge=1, le=1_000)
    """How many of them are handed to the gauntlet at the end."""
    excluded_opcodes: tuple[str, ...] = ()
    """Opcodes that the grammar leaves out, such as funding where it is unknown."""
    grammar: GrammarSettings = GrammarSettings()
    """Opcodes left out besides those, and weights. A configuration file may name a file that says so instead."""

    @model_validator(mode="after")
    def _check_consistency(self) -> SearchSettings:
        refuse_unknown("excluded_opcodes", self.excluded_opcodes)
        refuse_speechless(self._left_out())
        if self.minimum_depth > self.maximum_depth:
            raise ValueError(f"minimum_depth {self.minimum_depth} is above maximum_depth {self.maximum_depth}")
        return self

    def priors(self, n_coins: int | None = None) -> SearchPriors:
        """Return what the settings say about the grammar.

        Parameters
        ----------
        n_coins
            Coins of the history. On a single one nothing is drawn that reads the others; None draws all.
        """
        others = {name for name, opcode in CATALOGUE.items() if opcode.is_across_coins and n_coins == 1}
        return SearchPriors(excluded_opcodes=self._left_out() | others, opcode_weights=dict(self.grammar.weights))

    def _left_out(self) -> frozenset[str]:
        return self.grammar.left_out() | frozenset(self.excluded_opcodes)
