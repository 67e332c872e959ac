"""Who will be asked on held-out bars, fixed before any of them is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from backtest.inference import holm
from organism.gauntlet.benchmark import joined, least_alpha
from organism.gauntlet.examination import Examination
from organism.gauntlet.policy import GauntletPolicy, VaultPolicy
from organism.gauntlet.stages.programme import JOINED_STAGE
from organism.gauntlet.verdict import StageResult, measure

NOT_ASKED = 1.0
"""The p-value of a candidate whose slices were not all opened."""


def candidates_allowed(years: float, rules: VaultPolicy) -> int:
    """Return M, how many candidates of a run may be registered: one for each whole year of history, within limits.

    The years bound what held-out bars can tell: with 40 % of them unseen, a fifth of a correction too many turns a
    true edge into noise. Below the minimum history it is 0.
    """
    # So that a whole number of years is one after division.
    years += 1e-9
    return min(rules.promotions_per_run, max(1, int(years))) if years >= rules.minimum_years else 0


def joined_p_value(examination: Examination) -> float:
    """Return the one-sided p-value of alpha on the days of both held-out slices; 1 unless both were opened."""
    parts = [record.daily for record in examination.slices if record.slice.name in ("OOS", "WF")]
    if len(parts) < 2:
        return NOT_ASKED
    alpha = least_alpha(joined(parts))
    return NOT_ASKED if alpha is None else alpha.p_value


def joined_stage(
    genotype_hash: str, p_values: Mapping[str, float], n_earlier: int, policy: GauntletPolicy
) -> StageResult:
    """Return the last stage of a registered candidate: Holm over all that were registered, and all before them.

    Parameters
    ----------
    p_values
        Of every registered candidate, by genotype hash; 1 for those whose slices were not all opened.
    n_earlier
        Other genotypes that have seen some of the held-out time; each counts as a question with p = 1.
    """
    members = sorted(p_values)
    n_questions = len(members) + n_earlier
    adjusted = holm([p_values[member] for member in members], n_tests=n_questions)[members.index(genotype_hash)]
    return measure(
        JOINED_STAGE,
        "OOS+WF",
        float(adjusted),
        "<",
        policy.held_out.maximum_joined_p_value,
        meaning=f"Chance that of {n_questions} candidates without any alpha, asked on this time, one would look as "
        f"good on the days of both held-out slices (p {p_values[genotype_hash]:.2g} before Holm's correction). This is "
        "what speaks for an edge; it does not say how large the edge is, nor that it lasts.",
    )
