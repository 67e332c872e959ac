"""The classes of worlds that promise nothing, and the words and numbers of each one's proof."""

from __future__ import annotations

from dataclasses import dataclass

from data.worlds.drifts import IN_SAMPLE_SHARE

JUDGED_YEARS = 1000
FIRST_SEED = 40_000
SEEDS_A_CLASS = 1_000
"""The worlds of the n-th class have the seeds from FIRST_SEED + n * SEEDS_A_CLASS on."""


@dataclass(frozen=True, slots=True)
class NullClass:
    """A class of worlds and what is said of it."""

    name: str
    shakes: str
    pulls: str
    reason: str
    """Why nothing can be earned in it after costs."""
    temptation: str
    """The rule that would earn most if it could; a name of `RULES`."""
    first_judged_share: float = 0.0
    """Share of the bars that come before those on which nothing can be earned."""
    years: int = 20
    """Length of a world."""

    @property
    def first_judged_year(self) -> int:
        """Years of a world that are not judged."""
        return round(self.first_judged_share * self.years)

    @property
    def n_worlds(self) -> int:
        """As many as `JUDGED_YEARS` take."""
        return JUDGED_YEARS // (self.years - self.first_judged_year)


CLUSTERS = "volatility that wanders for days, Student tails, common crashes"
FAIR = (
    "each bar is a fair game before costs: a long expects to gain on it just the funding that it pays at the next open"
)
SMALL_STEP = (
    "the sum of all that is still to come of it is less than the {fill} costs, so that no change of position pays"
)

NULL_CLASSES = (
    NullClass("empty", CLUSTERS, "nothing", FAIR, "hold long"),
    NullClass("iid-tails", "the same Student tails on every bar", "nothing", FAIR, "fade 24 bars"),
    NullClass("garch", "GARCH(1,1) of a common factor and of each coin, fat tails", "nothing", FAIR, "fade 24 bars"),
    NullClass(
        "drift",
        CLUSTERS,
        "a rise of each coin in proportion to its covariance with the market, a Sharpe ratio near 2 on each",
        "who holds has the rise, and every exposure earns just what its part of the market's risk is paid for",
        "hold long while quiet",
        # Later the price has risen so far that a lot is worth more than a sleeve.
        years=5,
    ),
    NullClass(
        "short-regimes",
        CLUSTERS,
        "a drift of 0.1 volatilities a bar whose sign all coins share and that turns every 4 bars in the mean",
        SMALL_STEP.format(fill="fill"),
        "follow the last bar",
    ),
    NullClass(
        "below-cost",
        CLUSTERS,
        "a drift of 0.1 volatilities on each bar against the sign of the last",
        SMALL_STEP.format(fill="market order")
        + "; a target pays the fee alone, which is why targets are among the rules",
        "reverse the last bar",
    ),
    NullClass(
        "ending-edge",
        CLUSTERS,
        "the planted cause on the first 60 % of the bars, nothing on those judged here",
        FAIR,
        "against the crowd beyond 1.5",
        first_judged_share=IN_SAMPLE_SHARE,
    ),
)


def class_named(name: str) -> NullClass:
    """Return the class of that name."""
    return next(item for item in NULL_CLASSES if item.name == name)
