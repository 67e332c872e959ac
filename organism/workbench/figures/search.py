"""What a search tried, and what its best looks like among that."""

from __future__ import annotations

import numpy as np

from data.market import FloatArray
from organism.permutations.record import PermutationRecord
from organism.workbench.evolved import EvolvedRun
from organism.workbench.figures.canvas import BLUE, GREY, RED, Picture, canvas, named

LOWEST = -4.0
"""Sharpe ratio below which trials are put together: rules that trade at every bar are ruined by costs."""


def progress(run: EvolvedRun) -> Picture:
    """Draw the best and the median of the population by generation, and the best of what was drawn afresh."""
    figure, (axes,) = canvas()
    table = run.progress()
    axes.plot(table.index, table["best"], color=BLUE, label="best of the population")
    axes.plot(table.index, table["median"], color=BLUE, alpha=0.45, label="its median")
    axes.plot(table.index, table["best_fresh"], "o", color=GREY, markersize=3.5, label="best of the fresh draws")
    axes.set_xlabel("generation", fontsize=8)
    axes.set_ylabel("Sharpe in sample", fontsize=8)
    axes.legend(frameon=False, fontsize=8)
    named(axes, f"{run.n_trials:,} rules tried")
    return Picture(figure, f"Sharpe ratio by generation of {run.name}")


def trials(run: EvolvedRun, sharpe: float, lucky: float) -> Picture:
    """Draw the Sharpe ratios of all that a run tried, with one of them and what the luckiest of nothing would show."""
    figure, (axes,) = canvas()
    axes.hist(np.maximum(run.trial_sharpes(), LOWEST), bins=70, color=GREY, alpha=0.6)
    axes.axvline(lucky, color=RED, linestyle="--", label=f"expected of the luckiest of as many: {lucky:.2f}")
    axes.axvline(sharpe, color=BLUE, label=f"this rule: {sharpe:.2f}")
    axes.set_xlabel(f"Sharpe in sample ({LOWEST:g} and below together)", fontsize=8)
    axes.set_ylabel("rules", fontsize=8)
    axes.legend(frameon=False, fontsize=8)
    named(axes, f"{run.n_trials:,} rules tried")
    return Picture(figure, "Sharpe ratios of all that was tried")


def copies(sharpes: FloatArray, own: float, title: str) -> Picture:
    """Draw the Sharpe ratios of copies of a rule beside its own, and the half that most of them must keep."""
    figure, (axes,) = canvas(height=2.8)
    axes.hist(sharpes, bins=30, color=GREY, alpha=0.6)
    axes.axvline(own, color=BLUE, label=f"the rule itself: {own:.2f}")
    axes.axvline(own / 2, color=RED, linestyle="--", label=f"half of it: {own / 2:.2f}")
    axes.axvline(float(np.median(sharpes)), color="black", label=f"median of the copies: {np.median(sharpes):.2f}")
    axes.set_xlabel("Sharpe in sample", fontsize=8)
    axes.set_ylabel("copies", fontsize=8)
    axes.legend(frameon=False, fontsize=8)
    named(axes, title)
    return Picture(figure, title)


def permuted(record: PermutationRecord) -> Picture:
    """Draw the best of a run beside the best of each search of its permuted bars."""
    figure, (axes,) = canvas(height=1.5)
    others = [sharpe for sharpe in record.permuted_sharpes if sharpe is not None]
    axes.plot(
        others, [0] * len(others), "o", color=GREY, label=f"best of each of {len(others)} searches of permuted days"
    )
    if record.best_sharpe is not None:
        axes.plot([record.best_sharpe], [0], "D", color=BLUE, label=f"best of this search: {record.best_sharpe:.2f}")
    axes.set_yticks([])
    axes.set_ylim(-1, 2.5)
    axes.set_xlabel("Sharpe in sample", fontsize=8)
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    return Picture(figure, "the best of the search, and of searches in which the order of the days means nothing")
