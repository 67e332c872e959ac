"""How many candidates of two runs came how far, and whether the shares differ by more than luck."""

from __future__ import annotations

import json
from collections.abc import Sequence

from backtest.inference import equal_shares
from organism.comparison.answer import SURE, share
from organism.comparison.run_values import ShareTest
from organism.comparison.values import Finding
from organism.registry.rows import VerdictRow
from organism.registry.states import Verdict


def share_tests(a: Sequence[VerdictRow], b: Sequence[VerdictRow]) -> tuple[ShareTest, ShareTest]:
    """Return the shares that graduated, which the answer is about, and those that passed every gate in sample."""
    return (
        _test("graduated", [row.verdict is Verdict.PASS for row in a], [row.verdict is Verdict.PASS for row in b]),
        _test(
            "passed every gate in sample", [_passed_in_sample(row) for row in a], [_passed_in_sample(row) for row in b]
        ),
    )


def answer_about(graduated: ShareTest) -> tuple[Finding, str]:
    """Return what is found, and the sentence that says it."""
    counts = (
        f"Of A's {graduated.judged_a:,} candidates that were judged {graduated.passed_a:,} graduated, "
        f"of B's {graduated.judged_b:,} {graduated.passed_b:,}"
    )
    if graduated.p_value is None:
        nobody = " and ".join(name for name, n in (("A", graduated.judged_a), ("B", graduated.judged_b)) if not n)
        return (
            Finding.UNKNOWN,
            f"{counts}: nobody of {nobody} was judged, so nothing can be said; judge them with: organism validate.",
        )
    said = f"{counts}; shares as far apart are found in {share(graduated.p_value)} of pairs that differ by luck alone"
    if graduated.p_value > SURE:
        return Finding.LUCK, f"{said}: not more than luck."
    higher = graduated.passed_b * graduated.judged_a > graduated.passed_a * graduated.judged_b
    return Finding.B_HIGHER if higher else Finding.A_HIGHER, f"{said}: more than luck."


def _test(what: str, a: Sequence[bool], b: Sequence[bool]) -> ShareTest:
    p_value = equal_shares((sum(a), len(a)), (sum(b), len(b))) if a and b else None
    return ShareTest(what, sum(a), len(a), sum(b), len(b), p_value)


def _passed_in_sample(row: VerdictRow) -> bool:
    stages = json.loads(row.stages_json)
    return all(stage["verdict"] == Verdict.PASS for stage in stages if stage["slice_name"] == "IS")
