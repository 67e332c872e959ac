"""`make torture`: SIGKILL at every system call of what must be all or nothing.

Checkpoints and trial segments die at every call they make; a journal on its way into the lake, a spliced market, the
handover of a run and a graduation at every call that touches files. After each kill the old state or the new one must
be there, and going on must end as if nobody had killed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.torture.campaign import Campaign
from tests.torture.cases import Case, CheckpointCase, SegmentCase
from tests.torture.compaction import CompactionCase
from tests.torture.graduation import GraduationCase
from tests.torture.handover import HandoverCase
from tests.torture.splicing import SpliceCase
from tests.torture.strace import CALLS, is_possible
from tests.torture.sweep import calls_of, sweep

EVERY_CALL: tuple[str, ...] = ()
CASES: dict[str, tuple[Callable[[Path], Case], tuple[str, ...]]] = {
    "checkpoint": (lambda work: CheckpointCase(), EVERY_CALL),
    "first-checkpoint": (lambda work: CheckpointCase(first=True), EVERY_CALL),
    "segment": (lambda work: SegmentCase(), EVERY_CALL),
    "compaction": (lambda work: CompactionCase(is_confirmed=True), CALLS),
    "compaction-alone": (lambda work: CompactionCase(is_confirmed=False), CALLS),
    "splice": (lambda work: SpliceCase(), CALLS),
    "handover": (HandoverCase, CALLS),
    "graduation": (GraduationCase, CALLS),
}


def main() -> int:
    """Sweep the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), help=f"some of: {', '.join(CASES)}")
    asked = parser.parse_args()
    if not is_possible():
        sys.stderr.write("skipped: strace is missing, or may not trace processes here\n")
        return 0
    campaign = Campaign("kill_sweep", 0, vars(asked))
    work = campaign.work
    made = [(CASES[name][0](work), CASES[name][1]) for name in asked.cases]
    counted = [(case, calls_of(case, work, calls)) for case, calls in made]
    campaign.rounds = sum(sum(counts.values()) for _, counts in counted)
    for case, counts in counted:
        for call in counts:
            unit = f"{case.name}, {call}: "
            former = sum(count for outcome, count in campaign.outcomes.items() if outcome.startswith(unit))
            for kill in sweep(case, work, call, start=former + 1):
                failures = [] if kill.is_sound else [f"{kill.case} at {kill.call} {kill.nth}: {kill.found}"]
                campaign.record(unit + (kill.found if kill.is_sound else "broken"), failures=failures)
    return campaign.close()


if __name__ == "__main__":
    sys.exit(main())
