"""Who was asked on held-out bars beside a strategy, and what the correction for it came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backtest.inference import holm
from organism.registry.rows import Registration
from organism.report.data import MemberRow, RegistrationTable

UNKNOWN = 2.0
"""Above every p-value: those that are not known are listed last."""


def registration_table(
    document: Mapping[str, Any], registration: Registration | None, names: Mapping[str, str]
) -> RegistrationTable | None:
    """Return what is known of a strategy's registration; None if it was never registered.

    Parameters
    ----------
    registration
        As it is on record; None: as far as the evidence itself tells.
    names
        Ids by genotype hash; whoever is not there is shown by the beginning of the hash.
    """
    judged = document["registered"]
    if registration is None and judged is None:
        return None
    p_values: Mapping[str, float] = {} if judged is None else judged["p_values"]
    members = sorted(p_values) if registration is None else registration.members
    n_earlier = judged["n_earlier"] if registration is None else registration.n_earlier
    known = [member for member in members if member in p_values]
    corrected = holm([p_values[member] for member in known], n_tests=len(members) + n_earlier) if known else ()
    by_member = dict(zip(known, corrected, strict=True))
    return RegistrationTable(
        sha256=judged["sha256"] if registration is None else registration.sha256,
        members=tuple(
            MemberRow(
                strategy_id=names.get(member, member[:8]),
                p_value=p_values.get(member),
                corrected=float(by_member[member]) if member in by_member else None,
                is_this_one=member == document["genotype_hash"],
            )
            for member in sorted(members, key=lambda member: p_values.get(member, UNKNOWN))
        ),
        n_earlier=n_earlier,
        n_tried=document["n_trials"] if registration is None else registration.n_trials,
    )
