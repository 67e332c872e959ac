"""What the page says beside its numbers."""

from __future__ import annotations

from organism.proof.classes import FIRST_SEED, NULL_CLASSES, SEEDS_A_CLASS
from organism.proof.measure import RISK_SCALE
from organism.proof.rules import RULES
from organism.proof.verdict import LEVEL

N_QUESTIONS = len(RULES) * len(NULL_CLASSES)
"""Every rule asked of every class."""


def introduction(command: str) -> str:
    """Return what was done, and how to repeat it."""
    return (
        "# What the made worlds hold\n\n"
        "A gauntlet that lets nothing through where nothing is to be found is honest only if nothing is to be found "
        f"there. Here {len(RULES)} rules that know the temptations of the worlds, all of them genomes of the grammar "
        "that is searched, trade in each class for a thousand years: holding long and short, by calendar and by "
        "volatility; against and with the funding crowd; the last bar reversed and followed; momentum followed and "
        "faded over 2 to 336 bars; the common sign; stops, targets and trailing stops.\n\n"
        f"To repeat: `{command}`. It takes some three seconds of processor time a world, goes on where it was stopped, "
        "and exits 1 if a class that promises nothing holds something. The worlds of the n-th class (from 0, in the "
        f"order of the first table, the planted ones last) have the seeds from {FIRST_SEED:,} + {SEEDS_A_CLASS:,} n "
        f"on. They last 20 years (5 where prices rise); every year begins with fresh capital, so that a rule that "
        f"loses goes on losing; scale {RISK_SCALE:g}, usual costs.\n\n"
        "**How to read.** Sharpe is of the hourly returns of all worlds in one row, a year. Alpha is what daily "
        "returns (sums of simple returns) leave over the market held in equal parts, over the rule's own mean "
        "exposure, by least squares on each, and over nothing at all: the least sure of the three counts, since an "
        "edge must earn something and more than its benchmarks. Errors come from how worlds differ, so that any memory "
        "inside a world is allowed for, and t has as many degrees of freedom as worlds, less one. All rules in all "
        f"classes are {N_QUESTIONS} questions: p-values are corrected for them (Holm). A class is **proven null** if "
        f"no alpha after costs is above zero at {LEVEL:.0%}. The best rule has the highest t; "
        '"at most" is the 99 % upper bound of its alpha, for that rule alone.\n'
    )


def on_logs() -> str:
    """Return why an alpha of log returns is no alpha."""
    worth = RISK_SCALE * (1.0 - RISK_SCALE) * 0.5**2 / 2.0
    return (
        "**Logs are another question.** A steady exposure of b to a market of variance v a year loses b² v / 2 in "
        "logs, where b times the market's log return loses b v / 2. So to hold a part of the market, brought back to "
        f"its size now and then, has an alpha of log returns of b (1 - b) v / 2 a year: {worth:.1%} at b = "
        f"{RISK_SCALE:g} and a volatility of 50 %, with next to nothing to hide it, though nobody earns it. The last "
        "column of the first table counts the rules that a test of daily log returns over the two benchmarks would let "
        'through and that do not earn; "t by logs" is its statistic.\n'
    )
