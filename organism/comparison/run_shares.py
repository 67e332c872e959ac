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

HELD_OUT = "graduated, of those asked on held-out bars"
IN_SAMPLE = "passed every gate that they came to in sample"


def share_tests(a: Sequence[VerdictRow], b: Sequence[VerdictRow]) -> tuple[ShareTest, ShareTest]:
    """Return who graduated of those asked on held-out bars, and who passed all that it came to in sample.

    A policy promotes only so many of a run, so that graduates are no share of all that were judged.
    """
    asked = [[row for row in one if _asked(row)] for one in (a, b)]
    return (
        _test(HELD_OUT, [_graduated(row) for row in asked[0]], [_graduated(row) for row in asked[1]]),
        _test(IN_SAMPLE, [_passed_in_sample(row) for row in a], [_passed_in_sample(row) for row in b]),
    )


def answer_about(held_out: ShareTest, in_sample: ShareTest) -> tuple[Finding, str]:
    """Return what is found, and the sentence that says it: of held-out bars if both were asked on them."""
    if in_sample.p_value is None:
        nobody = " and ".join(name for name, n in (("A", in_sample.judged_a), ("B", in_sample.judged_b)) if not n)
        return Finding.UNKNOWN, f"Nobody of {nobody} was judged, so nothing can be said; judge with: organism validate."
    if held_out.p_value is not None:
        return _said(held_out, "candidates that were asked on held-out bars", "graduated", "")
    sentence = _said(
        in_sample,
        "candidates",
        IN_SAMPLE,
        " in sample, on the bars on which both searches have chosen",
    )
    unasked = " and ".join(name for name, n in (("A", held_out.judged_a), ("B", held_out.judged_b)) if not n)
    finding = Finding.LUCK if sentence[0] is Finding.LUCK else Finding.IN_SAMPLE_ONLY
    return finding, f"{sentence[1]} Nobody of {unasked} was asked on held-out bars."


def _said(test: ShareTest, of_whom: str, did: str, where: str) -> tuple[Finding, str]:
    assert test.p_value is not None
    said = (
        f"Of A's {test.judged_a:,} {of_whom} {test.passed_a:,} {did}, of B's {test.judged_b:,} {test.passed_b:,}; "
        f"shares as far apart are found in {share(test.p_value)} of pairs that differ by luck alone"
    )
    if test.p_value > SURE:
        return Finding.LUCK, f"{said}: not more than luck."
    higher = test.passed_b * test.judged_a > test.passed_a * test.judged_b
    return Finding.B_HIGHER if higher else Finding.A_HIGHER, f"{said}: more than luck{where}."


def _test(what: str, a: Sequence[bool], b: Sequence[bool]) -> ShareTest:
    p_value = equal_shares((sum(a), len(a)), (sum(b), len(b))) if a and b else None
    return ShareTest(what, sum(a), len(a), sum(b), len(b), p_value)


def _graduated(row: VerdictRow) -> bool:
    return row.verdict is Verdict.PASS


def _asked(row: VerdictRow) -> bool:
    """Return whether held-out bars were opened for it."""
    return any(stage["slice_name"] != "IS" for stage in json.loads(row.stages_json))


def _passed_in_sample(row: VerdictRow) -> bool:
    stages = json.loads(row.stages_json)
    return all(stage["verdict"] == Verdict.PASS for stage in stages if stage["slice_name"] == "IS")
