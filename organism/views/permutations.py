"""What a run's permutations say, in sentences: for the terminal and the pages alike."""

from __future__ import annotations

from evolution.run.layout import RunFolder
from organism.permutations import PermutationRecord, records_of
from organism.permutations.record import ALARM_ABOVE

MOSTLY = 0.9
"""Share of the bars that change place above which nothing is said of the rest."""


def permutation_lines(run: RunFolder) -> tuple[str, ...]:
    """Return a line for each length of blocks that a run was permuted with; none if it never was."""
    return tuple(permutation_line(record) for record in records_of(run))


def permutation_line(record: PermutationRecord) -> str:
    """Return what the searches of permuted bars reached beside the run's own, and whether that is an alarm."""
    p_value = record.p_value
    if p_value is None:
        return (
            f"Whole-search permutation of run {record.run}, blocks of {record.block_bars} bars: "
            f"{len(record.permuted_sharpes)} of {record.permutations} searches are done. Go on with: "
            f"organism validate {record.run} --permutations {record.permutations} "
            f"--permutation-blocks {record.block_bars}"
        )
    found = [sharpe for sharpe in record.permuted_sharpes if sharpe is not None]
    reached = f"{min(found):.2f} to {max(found):.2f}" if found else "no Sharpe ratio"
    own = "none" if record.best_sharpe is None else f"{record.best_sharpe:.2f}"
    return (
        f"{'Alarm, not a gate' if record.is_alarm else 'No alarm'}: searched again on its in-sample bars in another "
        f"order ({record.permutations} times, blocks of {record.block_bars} bars, the same budget), the best in-sample "
        f"Sharpe ratio is {reached}; that of run {record.run} is {own}: p = {_digits(p_value)}.{_meaning(record)}"
    )


def moving_line(block_bars: int, share: float) -> str:
    """Return how much of a history is exchanged by permutations of blocks, and what the rest means for the answer."""
    said = f"Permuted: {100 * share:.1f} % of the in-sample bars are in blocks of {block_bars} bars that change place."
    return said if share > MOSTLY else f"{said} The rest is the same in every search: that makes an alarm likelier."


def _meaning(record: PermutationRecord) -> str:
    smallest = 1.0 / (1 + record.permutations)
    if smallest > ALARM_ABOVE:
        return f" So few cannot show less than {_digits(smallest)}: ask for 19 or more."
    return " The search finds as much where the order of the bars means nothing." if record.is_alarm else ""


def _digits(p_value: float) -> str:
    return f"{p_value:.3f}" if p_value >= 0.001 else f"{p_value:.5f}"
