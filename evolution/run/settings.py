"""What a search is asked to do; part of a run's configuration file."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from data.errors import ConfigError, GenomeError
from data.settings import Settings
from data.shown import shown
from evolution.fitness import Score
from evolution.genome.codec import from_json, to_json
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.reach import shortest_truth
from evolution.priors import SearchPriors
from evolution.rows.growing import Shape
from evolution.rows.odds import CROSSOVER_WEIGHTS, MUTATION_WEIGHTS, OPERATOR_WEIGHTS, Odds, added_up
from evolution.run.contradictions import (
    refuse_more_contested,
    refuse_more_registered,
    refuse_too_few_nodes,
    refuse_unreachable,
)
from evolution.run.grammar_settings import GrammarSettings, Weight, refuse_speechless, refuse_unknown
from evolution.run.layout import ENDLESS
from evolution.search.objectives import DEFAULT_OBJECTIVES, Limit, Objective

PATIENCE = 40
"""Of a search for ever whose settings name none."""
CONTESTED = 2
"""Objectives that tournaments are about unless something else is asked for; of a single one, that one."""
MOST_AVOIDED = 1_000
"""Rules that a search keeps away from: each is compared with every rule that is scored."""


class SearchSettings(Settings):
    """The `[search]` table. Everything is counted in evaluations and generations, never in seconds."""

    algorithm: str = Field("gp", pattern=r"^[a-z][a-z0-9]{0,11}$")
    """Short name of the algorithm; the first part of every strategy's id."""
    mode: Literal["evolve", "random"] = "evolve"
    """`random` draws every genotype afresh, from the same grammar: what evolution must beat. Its best rules get shorter
    and are tuned as those of any search, unless `simplify` is false and `tuned` 0."""
    objective: tuple[Objective, ...] = Field(DEFAULT_OBJECTIVES, min_length=1, max_length=6)
    """What is strived for, as `[[search.objective]]` tables; the first decides what is best."""
    limit: tuple[Limit, ...] = Field((), max_length=20)
    """What is not tolerated, as `[[search.limit]]` tables: a rule beyond one has no fitness."""
    population: int = Field(300, ge=8, le=20_000)
    """Individuals that survive each generation."""
    offspring: int = Field(300, ge=8, le=20_000)
    """New genotypes scored each generation."""
    generations: int = Field(20, ge=1, le=ENDLESS)
    """Generations after the initial one, those between two epochs included, in which the best get shorter."""
    evaluations: int | None = Field(None, ge=8)
    """Distinct genotypes after which no further generation is bred, even if `generations` asks for more. What is tried
    between two epochs counts; what is tried at the end comes on top."""
    initial: int | None = Field(None, ge=8, le=100_000)
    """Genotypes drawn afresh at the beginning of an epoch, of which the best become the population; by default as many
    as the population has."""
    patience: int = Field(0, ge=0, le=100_000)
    """Generations without a better best after which the population is left and a new one drawn; 0: never."""
    reunion: int = Field(0, ge=0, le=1_000)
    """One in so many epochs begins with the best of all epochs before it instead of fresh draws; 0: none does."""
    niche_bits: int = Field(8, ge=-1, le=48)
    """Bits, as for `alike_bits`, up to which two rules are one idea of which the population keeps the better; -1: all
    are kept."""
    immigrant_share: float = Field(0.0, ge=0.0, le=1.0)
    """Share of the offspring drawn afresh."""
    crossover_share: float = Field(0.2, ge=0.0, le=1.0)
    """Share of the bred offspring made by crossover; the rest by mutation."""
    elitist_share: float = Field(0.9, ge=0.0, le=1.0)
    """Share of parent tournaments won by one objective alone instead of by dominance."""
    tournament: int = Field(4, ge=1, le=100)
    """How many compete in those."""
    contested: int = Field(CONTESTED, ge=1, le=6)
    """From how many of the objectives, counted from the first, one is drawn that such a tournament is about."""
    screened_share: float = Field(0.05, ge=0.0, le=1.0)
    """Share of the offspring that a screen proposes: a parent with a condition more, the best of a thousand, or, three
    times in ten, a fresh rule."""
    operator_weights: dict[str, Weight] = Field(default_factory=dict)
    """How often an operator makes a child, relative to the others of as many parents, instead of its usual weight."""
    symmetric_share: float = Field(0.8, ge=0.0, le=1.0)
    """Share of the children of a rule whose short side mirrors its long side that are changed on both alike."""
    minimum_depth: int = Field(2, ge=2, le=8)
    """How deep the shallowest fresh roots may be."""
    maximum_depth: int = Field(2, ge=2, le=8)
    """How deep the deepest fresh roots may be."""
    mirrored_share: float = Field(0.7, ge=0.0, le=1.0)
    """Share of the genotypes drawn afresh whose short side is the mirror of the long one."""
    timed_share: float = Field(0.7, ge=0.0, le=1.0)
    """Share of the genotypes drawn afresh that leave after a number of bars, and for no other reason."""
    fitted_thresholds: bool = True
    """Whether fresh thresholds are quantiles of what they are compared with, instead of drawn around zero."""
    maximum_nodes: int = Field(40, ge=4, le=512)
    """Nodes of a genome that search may make."""
    minimum_trades: int = Field(100, ge=1)
    """Round trips in sample, summed over coins, below which there is no fitness."""
    hall_of_fame: int = Field(200, ge=1, le=5_000)
    """Individuals remembered besides the population, no two of which trade alike."""
    alike_bits: int = Field(8, ge=0, le=48)
    """Bits, of the 48 that say when a rule earned more than usual, up to which two rules trade alike."""
    registered: int = Field(40, ge=1, le=1_000)
    """How many of them are handed to the gauntlet at the end, and at the end of each epoch."""
    simplify: bool = True
    """Whether the best rules lose before they are handed over, a part at a time, what they hardly need."""
    part_nats: float = Field(3.0, ge=0.0, le=100.0)
    """What that may cost a part, in nats, up to one standard error in all; 0: only what does no good goes."""
    tuned: int = Field(0, ge=0, le=100)
    """Best rules whose numbers are tuned at the end, of a search that has one; 0: none."""
    tuning_points: int = Field(40, ge=2, le=1_000)
    """Settings of its numbers that are looked at for each of them; each costs up to five genotypes."""
    warm_start: tuple[str, ...] = Field((), max_length=10_000)
    """Rules that the first generation begins with, as canonical JSON."""
    avoided: tuple[str, ...] = Field((), max_length=MOST_AVOIDED)
    """Rules that are traded already, or have died, as canonical JSON: what earns when they do is worth less."""
    excluded_opcodes: tuple[str, ...] = ()
    """Opcodes that the grammar leaves out, such as funding where it is unknown."""
    grammar: GrammarSettings = GrammarSettings()
    """Opcodes left out besides those, and weights. A configuration file may name a file that says so instead."""

    @field_validator("warm_start", "avoided")
    @classmethod
    def _check_rules(cls, texts: tuple[str, ...], field: ValidationInfo) -> tuple[str, ...]:
        return tuple(_canonical(text, f"{field.field_name}[{place}]") for place, text in enumerate(texts))

    @model_validator(mode="after")
    def _check_consistency(self) -> SearchSettings:
        refuse_unknown("excluded_opcodes", self.excluded_opcodes)
        refuse_speechless(self._left_out())
        self._refuse_idle_operators()
        if self.minimum_depth > self.maximum_depth:
            raise ValueError(f"minimum_depth {self.minimum_depth} is above maximum_depth {self.maximum_depth}")
        metrics = [item.metric for item in self.objective]
        doubled = sorted({metric for metric in metrics if metrics.count(metric) > 1})
        if doubled:
            raise ValueError(f"objective names {', '.join(doubled)} twice; name each metric once")
        refuse_more_contested(self.contested, len(self.objective), CONTESTED)
        refuse_more_registered(self.registered, self.hall_of_fame)
        refuse_too_few_nodes(self.maximum_nodes, self._shortest_rule())
        refuse_unreachable(self.limit, maximum_nodes=self.maximum_nodes, minimum_trades=self.minimum_trades)
        return self

    def broken_limit(self, score: Score) -> str | None:
        """Return the first limit that a score breaks, in words; None if it keeps all of them."""
        return next(filter(None, (limit.broken_by(score) for limit in self.limit)), None)

    def for_ever(self) -> SearchSettings:
        """Return the same search without an end: a population that no longer gets better is left for a new one.

        A budget of `evaluations` stays one.
        """
        return self.model_copy(update={"generations": ENDLESS, "patience": self.patience or PATIENCE})

    @property
    def most_genotypes(self) -> int:
        """Genotypes that a search without epochs may score."""
        count = self.n_initial + self.generations * self.offspring
        return count if self.evaluations is None else min(count, self.evaluations + self.offspring)

    @property
    def n_initial(self) -> int:
        """Genotypes that an epoch begins with."""
        return self.population if self.initial is None else self.initial

    def priors(self, n_coins: int | None = None) -> SearchPriors:
        """Return what the settings say about the grammar.

        Parameters
        ----------
        n_coins
            Coins of the history. On a single one nothing is drawn that reads the others; None draws all.

        Raises
        ------
        ConfigError
            If nothing is true or false on a single coin.
        """
        left_out = self._left_out()
        if n_coins == 1:
            others = frozenset(name for name, opcode in CATALOGUE.items() if opcode.is_across_coins)
            _refuse_speechless_alone(left_out, others - left_out)
            left_out |= others
        return SearchPriors(
            excluded_opcodes=left_out,
            opcode_weights=dict(self.grammar.weights),
            rules=self.warm_start,
            avoided=self.avoided,
        )

    def shape(self) -> Shape:
        """Return what the settings say about what is drawn afresh."""
        return Shape(
            self.minimum_depth, self.maximum_depth, self.mirrored_share, Shape().one_sided_share, self.timed_share
        )

    def odds(self) -> Odds:
        """Return what the settings say about children."""
        return Odds(
            self.maximum_nodes,
            self.immigrant_share,
            self.crossover_share,
            self.elitist_share,
            self.tournament,
            self.contested,
            self.symmetric_share,
            added_up(CROSSOVER_WEIGHTS, self.operator_weights),
            added_up(MUTATION_WEIGHTS, self.operator_weights),
        )

    def _refuse_idle_operators(self) -> None:
        for name in self.operator_weights:
            if name not in OPERATOR_WEIGHTS:
                near = get_close_matches(name[:40].lower(), OPERATOR_WEIGHTS, n=1, cutoff=0.4)
                hint = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(f"operator_weights names {shown(name)}; {hint}known are {', '.join(OPERATOR_WEIGHTS)}")
        odds = self.odds()
        for share, total, names in (
            (self.crossover_share, odds.crossovers[-1], CROSSOVER_WEIGHTS),
            (1.0 - self.crossover_share, odds.mutations[-1], MUTATION_WEIGHTS),
        ):
            if share > 0.0 and total == 0.0:
                raise ValueError(
                    f"operator_weights leaves no operator of {', '.join(names)}, of which a share of {share:g} of the "
                    "children is asked for; give one of them a weight, or change crossover_share"
                )

    def _shortest_rule(self) -> int:
        """Return the fewest nodes of a rule that is drawn afresh: `never` stands where nothing else has to."""
        truth = shortest_truth([name for name in CATALOGUE if name not in self._left_out()])
        side = truth + (1 if self.timed_share > 0.0 else truth)
        return side + (2 if self.mirrored_share < 1.0 else side)

    def _left_out(self) -> frozenset[str]:
        return self.grammar.left_out() | frozenset(self.excluded_opcodes)


def _refuse_speechless_alone(left_out: frozenset[str], others: frozenset[str]) -> None:
    """Refuse a grammar in which nothing is true or false without the opcodes that read other coins."""
    try:
        refuse_speechless(left_out | others)
    except ValueError as error:
        raise ConfigError(
            f"the history has one coin, on which {', '.join(sorted(others))} cannot be used: {error}; or search "
            "several coins"
        ) from None


def _canonical(text: str, name: str) -> str:
    """Return a rule in its stored form."""
    try:
        return to_json(from_json(text))
    except GenomeError as error:
        raise ValueError(f"{name}: {error}") from None
