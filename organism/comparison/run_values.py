"""Two runs side by side: plain values. A and B are the two in the order in which they were named."""

from __future__ import annotations

from dataclasses import dataclass

from organism.comparison.values import SCHEMA, Finding


@dataclass(frozen=True, slots=True)
class RunSide:
    """One of the two."""

    run: str
    state: str
    """`finished` or `unfinished`."""
    market: str
    """Its coins, its interval and where it is from, in a few words; empty if its history is not in this home."""
    snapshot_id: str
    seed: int
    generation: int | None
    """The last finished one."""
    n_trials: int
    """Distinct genotypes scored."""
    n_repeated: int
    """Draws thrown away, their genotype having been scored before."""
    n_rejected: int
    """Genotypes without fitness."""
    best: float | None
    """The highest annual in-sample Sharpe ratio of any generation's best."""
    median: float | None
    """Of the last generation, as the next."""
    hypervolume: float | None
    n_fresh: int
    """Rules drawn afresh: the random search inside the run, or beside it."""
    best_fresh: float | None
    n_registered: int
    """Strategies handed to the gauntlet."""
    n_judged: int
    """Of them, under the policy by which the run is told; so are the graduates, gates and shares."""
    n_graduates: int
    policy_hash: str = ""
    """Empty if nobody was judged."""
    stamps: tuple[str, ...] = ()
    """Where its rules were not those that a reader would expect, in sentences."""
    n_other_policies: int = 0
    """Under which the run was judged as well; nothing is said of them."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting that differs; a text is empty where there is no such setting."""

    name: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class GatePair:
    """How many of each run's candidates came to a gate and passed it."""

    slice: str
    stage: str
    asked_a: int
    passed_a: int
    asked_b: int
    passed_b: int


@dataclass(frozen=True, slots=True)
class ShareTest:
    """Whether a larger share of one run's candidates came so far."""

    what: str
    passed_a: int
    judged_a: int
    """Of how many."""
    passed_b: int
    judged_b: int
    p_value: float | None
    """Two-sided, Fisher's exact test; None if one of the runs has nobody to count."""


@dataclass(frozen=True, slots=True)
class RunComparison:
    """All that is said of two runs."""

    finding: Finding
    sentence: str
    cautions: tuple[str, ...]
    history: tuple[str, ...]
    a: RunSide
    b: RunSide
    settings: tuple[SettingRow, ...]
    gates: tuple[GatePair, ...]
    shares: tuple[ShareTest, ...]
    schema: int = SCHEMA
