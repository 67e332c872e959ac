"""Where a rule comes from, by the trials of its run: in a family tree drawn by hand, and in a run of many trials."""

from __future__ import annotations

import shutil
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest

from evolution.fitness import Reason, Rejected, Score
from evolution.run.layout import RunFolder, write_json
from evolution.trials import Trial, append_segment
from organism.home import Home
from organism.registry.rows import Strategy
from organism.registry.store import Registry
from organism.views.chapters.ancestry import Ancestor, Ancestry, ancestry

#   A   B    generation 0
#    \ / \
#     C   D  generation 1; D has no fitness
#      \ /
#       F   X  generation 2; of X there is no trial
#        \ /
#     the rule  generation 3
PARENTS = {"A": "", "B": "", "C": "AB", "D": "B", "F": "CD"}
GENERATIONS = {"A": 0, "B": 0, "C": 1, "D": 1, "F": 2}


def named(letter: str) -> str:
    return sha256(letter.encode()).hexdigest()


def score(sharpe: float) -> Score:
    return Score(sharpe, 1.0, 9, 120, 0.5, 0.1, 3.0, 0.4, 0.2, 1.2, 7, 5, 8.0, 9.0)


def trial(letter: str) -> Trial:
    evaluation = Rejected(Reason.RUINED) if letter == "D" else score(GENERATIONS[letter] / 2)
    return Trial(named(letter), GENERATIONS[letter], "hoist", tuple(map(named, PARENTS[letter])), evaluation)


@pytest.fixture
def home(judged: Home, tmp_path: Path) -> Home:
    return Home.open(shutil.copytree(judged.root, tmp_path / "home"))


@pytest.fixture
def trials(home: Home) -> Path:
    """Return where the trials of the judged run are, of which there are none yet."""
    folder = RunFolder(home.runs / "run-1")
    shutil.rmtree(folder.trials)
    write_json(folder.manifest, {"schema": 2})
    return folder.trials


def asked(home: Home) -> tuple[Strategy, Ancestry]:
    with Registry.open(home.registry_path) as registry:
        strategy = registry.find()[0]
        return strategy, ancestry(home, registry, strategy)


def own(home: Home, *parents: str) -> Trial:
    strategy, _ = asked(home)
    return Trial(strategy.genotype_hash, 3, "expression", tuple(map(named, parents)), score(3.0))


def test_ancestors_with_their_figures_the_nearest_first(home: Home, trials: Path) -> None:
    for generation in range(3):
        append_segment(trials, generation, [trial(one) for one in GENERATIONS if GENERATIONS[one] == generation])
    append_segment(trials, 3, [own(home, "F", "X")])
    strategy, found = asked(home)
    assert found.rows == (
        Ancestor(strategy.genotype_hash, 0, 3, "expression", 3.0, 5, 120),
        Ancestor(named("F"), 1, 2, "hoist", 1.0, 5, 120),
        Ancestor(named("X"), 1),
        Ancestor(named("C"), 2, 1, "hoist", 0.5, 5, 120),
        Ancestor(named("D"), 2, 1, "hoist"),
        Ancestor(named("A"), 3, 0, "hoist", 0.0, 5, 120),
        Ancestor(named("B"), 3, 0, "hoist", 0.0, 5, 120),
    )
    # Child and parent by place: the rule 0, F 1, X 2, C 3, D 4, A 5, B 6.
    assert found.edges == ((1, 0), (2, 0), (3, 1), (4, 1), (5, 3), (6, 3), (6, 4))
    assert found.n_ancestors == 6
    assert found.note == "1 of its ancestors have no trial in this run: segments are missing."


def test_a_run_without_a_trial_of_the_rule_says_so(home: Home, trials: Path) -> None:
    append_segment(trials, 0, [trial("A")])
    strategy, found = asked(home)
    assert [row.distance for row in found.rows] == [0]
    assert f"run run-1 has no trial of {strategy.id}" in found.note


def test_a_long_run_takes_no_more_memory_than_one_of_its_segments(home: Home, trials: Path) -> None:
    """Twenty segments of a thousand trials; whoever held all of them would need some 450 bytes for each."""
    for number in range(20):
        hashes = [sha256(f"{number} {place}".encode()).hexdigest() for place in range(1000)]
        append_segment(trials, number, [Trial(one, number, "initial", (), score(1.0)) for one in hashes])
    append_segment(trials, 20, [own(home)])
    asked(home)
    tracemalloc.start()
    try:
        _, found = asked(home)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.n_ancestors, found.note) == (0, "")
    assert most < 2_000_000
