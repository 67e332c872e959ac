"""What differs, and whether it is more than luck, in one sentence; and what that sentence does not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from organism.comparison.values import EARNED_THE_SAME, Finding, SharpeTest, Side, SliceComparison

SURE = 0.05
"""A difference that luck makes less often than this is called more than luck."""
ORDER = ("OOS+WF", "OOS", "WF", "IS")
"""Which slice the answer is about: the first of these that both have, whatever the others show."""
WORDS = {
    "OOS+WF": "on the held-out bars (OOS and WF together",
    "OOS": "out of sample (OOS",
    "WF": "on the walk-forward bars (WF",
    "IS": "in sample (IS",
}


def decided_on(slices: Sequence[SliceComparison]) -> SliceComparison | None:
    """Return the slice that the answer is about."""
    by_name = {part.name: part for part in slices}
    return next((by_name[name] for name in ORDER if name in by_name), None)


def answer(part: SliceComparison | None) -> tuple[Finding, str]:
    """Return what is found, and the sentence that says it."""
    if part is None:
        return Finding.UNKNOWN, "There is no bar on which both were judged, so nothing can be said."
    place = f"{WORDS[part.name]}, {part.first} to {part.last})"
    if part.test is None:
        found = Finding.SAME if part.untested == EARNED_THE_SAME else Finding.UNKNOWN
        return found, f"There is no difference to test {place}: {part.untested}."
    said = f"{_difference(part)} {place}; {_share(part.test)}"
    if part.test.p_value > SURE:
        return Finding.LUCK, f"{said}: not more than luck."
    if part.name == "IS":
        return (
            Finding.IN_SAMPLE_ONLY,
            f"{said}: more than luck on these bars, on which both were chosen, and no evidence about any others.",
        )
    found = Finding.B_HIGHER if part.test.difference > 0.0 else Finding.A_HIGHER
    return found, f"{said}: more than luck."


def cautions(a: Side, b: Side, part: SliceComparison | None) -> Iterator[str]:
    """Yield what the answer leaves out."""
    trials = f"{a.n_tried:,}" if a.n_tried == b.n_tried else f"{a.n_tried:,} (A) and {b.n_tried:,} (B)"
    yield (
        f"{trials} rules had been tried before they were judged. The p value asks about these two as if "
        "nobody had chosen them. Both are the best of many, and who compares many pairs finds a small p value by luck: "
        "the choice makes it optimistic, by an amount that it cannot tell."
    )
    if part is not None and part.name == "IS":
        yield "Both were chosen for what they earned in sample: which is better there says little about other bars."
    if a.policy_hash != b.policy_hash:
        yield f"They were judged under different rules (policies {a.policy_hash[:12]} and {b.policy_hash[:12]})."
    if a.code_version != b.code_version:
        yield "They were judged by different versions of the code."


def share(p_value: float) -> str:
    """Return a p value as percent: `31 %`, `0.4 %`."""
    if p_value < 1e-4:
        return "fewer than 0.01 %"
    return f"{100.0 * p_value:.2g} %" if p_value < 0.995 else "100 %"


def _difference(part: SliceComparison) -> str:
    assert part.test is not None
    higher, lower = ("B", "A") if part.test.difference > 0.0 else ("A", "B")
    size = abs(part.test.difference)
    figures = {"A": part.a.sharpe, "B": part.b.sharpe}
    beside = f" ({_number(figures[higher])} against {_number(figures[lower])})"
    return f"{higher}'s Sharpe ratio is {size:.2f} higher than {lower}'s{beside}"


def _share(test: SharpeTest) -> str:
    return f"a difference as large is found in {share(test.p_value)} of pairs that differ by luck alone"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
