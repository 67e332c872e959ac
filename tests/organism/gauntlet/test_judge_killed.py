"""A judge that dies is taken over: nothing is opened twice, no verdict is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from tests.organism.gauntlet.on_record import answers, judge, openings

ROOT = Path(__file__).parents[3]

KILLED_AFTER = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.store import Registry

home, policy = Home.open(Path(sys.argv[1])), GauntletPolicy.model_validate_json(sys.argv[2])
now, answers_before_death = datetime.fromisoformat(sys.argv[3]), int(sys.argv[4])
seen = []

def watch(judgement):
    seen.append(judgement)
    if len(seen) == answers_before_death:
        os.kill(os.getpid(), signal.SIGKILL)

class DyingRegistry(Registry):
    def record_opening(self, opening):
        earlier = super().record_opening(opening)
        if answers_before_death == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return earlier

with DyingRegistry.open(home.registry_path) as registry:
    judge_testing(home, registry, policy, now, watch)
"""


@pytest.mark.slow
@pytest.mark.parametrize("n_answers", [0, 4], ids=["between opening and verdict", "after the first graduate"])
def test_a_killed_judge_is_taken_over_without_a_second_opening_or_a_lost_verdict(
    n_answers: int, fresh: Home, judged: Home, court_policy: GauntletPolicy, judged_at: datetime
) -> None:
    arguments = [str(fresh.root), court_policy.model_dump_json(), judged_at.isoformat(), str(n_answers)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    if n_answers == 0:
        assert openings(fresh) == [("cause", "OOS")]
        assert "cause" not in answers(fresh)
    else:
        assert len(answers(fresh)) == n_answers
        assert answers(fresh)["cause"].verdict == "Pass"
    judge(fresh, court_policy, judged_at)
    assert answers(fresh) == answers(judged)
    assert openings(fresh) == openings(judged)
