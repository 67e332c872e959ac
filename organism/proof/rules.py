"""The rules that would earn if a world's temptation were real, written as genomes of the grammar that is searched.

They are fixed: who adds one after a look at the results adds it to the number of questions asked.
"""

from __future__ import annotations

from backtest.risk import SizingRule
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.types import WINDOWS

NEVER = Node("never")
ALWAYS = Node("not", (NEVER,))
MOMENTUM_BARS = (2, 3, 8, 24, 72, 168, 336)
CROWDS = ((1.0, 0.0), (1.5, 0.5), (2.0, 0.5), (2.5, 1.0))
"""Deviations of funding at which a rule enters and leaves."""
CAUSE = (1.5, 0.5)
"""Those of the planted cause, over `CAUSE_BARS`."""
CAUSE_BARS = 168


def above(value: Node, limit: float) -> Node:
    return Node("above", (value, threshold(limit)))


def below(value: Node, limit: float) -> Node:
    return Node("below", (value, threshold(limit)))


def mirrored(genome: Genome) -> Genome:
    """Return the same rule on the other side of every trade."""
    return Genome(genome.short_entry, genome.short_exit, genome.long_entry, genome.long_exit, genome.risk)


def against_crowd(enter: float, leave: float, bars: int = CAUSE_BARS, risk: RiskGenes | None = None) -> Genome:
    """Return: against a funding crowd beyond `enter` deviations, until it is back within `leave`."""
    score = Node("funding_zscore", (window(bars),))
    return Genome(
        below(score, -enter), above(score, -leave), above(score, enter), below(score, leave), risk or RiskGenes()
    )


def following(value: Node, band: float = 0.0, risk: RiskGenes | None = None) -> Genome:
    """Return: long while `value` is above the band, short while it is below minus the band, turned at one open."""
    up, down = above(value, band), below(value, -band)
    return Genome(up, down, down, up, risk or RiskGenes(reverse=True))


def holding(enter: Node = ALWAYS, leave: Node = NEVER, risk: RiskGenes | None = None) -> Genome:
    """Return: long from `enter` until `leave`, never short."""
    return Genome(enter, leave, NEVER, NEVER, risk or RiskGenes())


def _holding_rules() -> dict[str, Genome]:
    quick, slow = Node("atr", (window(24),)), Node("atr", (window(100),))
    calmer, wilder = Node("below", (quick, slow)), Node("above", (quick, slow))
    noon = level(50)
    time = Node("time_of_day")
    by_volatility = RiskGenes(
        sizing=SizingRule.INVERSE_VOLATILITY, sizing_window=WINDOWS.index(100), max_hold=WINDOWS.index(168)
    )
    return {
        "hold long": holding(),
        "hold short": mirrored(holding()),
        "hold long, anew each month": holding(risk=RiskGenes(max_hold=WINDOWS.index(720))),
        "hold long, sized by volatility each week": holding(risk=by_volatility),
        "hold long with a stop of 1 %": holding(risk=RiskGenes(stop=4)),
        "hold long with a target of 1 %": holding(risk=RiskGenes(target=4)),
        "hold long with a trailing stop of 2 %": holding(risk=RiskGenes(trailing=8)),
        "hold short with a target of 1 %": mirrored(holding(risk=RiskGenes(target=4))),
        "hold long while quiet": holding(below(quick, 0.8), above(quick, 0.9)),
        "hold long while calmer than usual": holding(calmer, wilder),
        "hold long while wilder than usual": holding(wilder, calmer),
        "hold long while wild": holding(above(quick, 1.2), below(quick, 1.0)),
        "hold short while wild": mirrored(holding(above(quick, 1.2), below(quick, 1.0))),
        "hold long before noon": holding(Node("below", (time, noon)), Node("above", (time, noon))),
    }


def _funding_rules() -> dict[str, Genome]:
    rules: dict[str, Genome] = {}
    for enter, leave in CROWDS:
        rule = against_crowd(enter, leave)
        rules[f"against the crowd beyond {enter:g}"] = rule
        rules[f"with the crowd beyond {enter:g}"] = mirrored(rule)
    for bars in (100, 336):
        rules[f"against the crowd of {bars} bars"] = against_crowd(*CAUSE, bars=bars)
    rate = Node("funding_rate", (window(24),))
    rules["receive funding"] = Genome(below(rate, 0.0), above(rate, 0.1), above(rate, 0.2), below(rate, 0.1))
    for name, risk in (
        ("a stop of 1 %", RiskGenes(stop=4)),
        ("a target of 1 %", RiskGenes(target=4)),
        ("a trailing stop of 1.5 %", RiskGenes(trailing=6)),
        ("a stop of 0.75 % and a target of 1.25 %", RiskGenes(stop=3, target=5)),
    ):
        rules[f"against the crowd with {name}"] = against_crowd(1.0, 0.0, risk=risk)
    return rules


def _hourly_rules() -> dict[str, Genome]:
    bar = Node("gap", (Node("close"), Node("open")))
    fell, rose = below(bar, 0.0), above(bar, 0.0)
    reversal = mirrored(following(bar))
    big = Genome(below(bar, -1.0), rose, above(bar, 1.0), fell)
    rules = {
        "follow the last bar": following(bar),
        "reverse the last bar": reversal,
        "follow a bar of 1 %": Genome(above(bar, 1.0), fell, below(bar, -1.0), rose),
        "reverse a bar of 1 %": big,
    }
    for index in (1, 2, 4, 8):
        risk = RiskGenes(target=index)
        rules[f"reverse the last bar with a target of {index / 4:g} %"] = Genome(fell, rose, rose, fell, risk)
    for index in (2, 4):
        risk = RiskGenes(target=index, max_hold=WINDOWS.index(8))
        rules[f"reverse the last bar, then wait for {index / 4:g} %"] = Genome(fell, NEVER, rose, NEVER, risk)
    return rules


def _momentum_rules() -> dict[str, Genome]:
    rules: dict[str, Genome] = {}
    for bars in MOMENTUM_BARS:
        rule = following(Node("returns", (window(bars),)))
        rules[f"follow {bars} bars"] = rule
        rules[f"fade {bars} bars"] = mirrored(rule)
    day = Node("returns", (window(24),))
    for name, risk in (
        ("a stop of 2 %", RiskGenes(stop=8)),
        ("a target of 2 %", RiskGenes(target=8)),
        ("a trailing stop of 3 %", RiskGenes(trailing=12)),
        ("a stop of 1 % and a target of 3 %", RiskGenes(stop=4, target=12)),
    ):
        rules[f"follow 24 bars beyond 2 % with {name}"] = following(day, 2.0, risk)
    return rules


def _common_sign_rules() -> dict[str, Genome]:
    def over_mean(bars: int) -> Node:
        return Node("gap", (Node("close"), Node("ema", (Node("close"), window(bars)))))

    streak = Node("streak", (window(5),))
    return {
        "follow the sign over the mean of 3 bars": following(over_mean(3)),
        "follow the sign over the mean of 8 bars, in a band of 0.5 %": following(over_mean(8), 0.5),
        "follow three bars alike": following(streak, 2.0),
        "fade three bars alike": mirrored(following(streak, 2.0)),
    }


RULES: dict[str, Genome] = {
    **_holding_rules(),
    **_funding_rules(),
    **_hourly_rules(),
    **_momentum_rules(),
    **_common_sign_rules(),
}
"""By name, in the order of the tables."""

ORACLE = against_crowd(*CAUSE)
"""Holds what the planted cause asks for."""
