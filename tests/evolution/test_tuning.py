"""Numbers of the best rules are turned, counted as trials, and taken where the neighbours are good as well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evolution.fitness import Reason, Rejected, Score
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, threshold, window
from evolution.run.state import state_json
from evolution.run.tuner import N_NEIGHBOURS, tune
from evolution.search.dials import dials_of, with_dials
from evolution.search.individual import Individual
from evolution.tuning.study import GRID, SPAN, Study
from tests.evolution.mirrored import mirrored
from tests.evolution.plain_goals import PLAIN
from tests.evolution.searched import LAST, changed, files_of, generations, recorded

SCORE = Score(1.0, 0.5, 7, 120, 0.1, 0.05, 30.0, 0.4, 0.2, 1.5, 5, 6, 0.75, 1.25)
CROWDED = Node("below", (Node("funding_zscore", (window(48),)), threshold(-1.5)))
RULE = Genome(CROWDED, Node("never"), mirrored(CROWDED), Node("never"), RiskGenes(max_hold=6))
RULES = [Individual(RULE, genotype_hash(RULE), 0, replace(SCORE, size=RULE.size), PLAIN)]


def anything(score: Score) -> bool:
    """Return that there is no limit."""
    return True


def asked_and_told(study: Study, count: int) -> list[tuple[int, ...]]:
    """Ask for points of a bowl whose bottom lies 2 and -3 steps away."""
    asked = []
    for _ in range(count):
        steps = study.ask()
        asked.append(steps)
        study.tell(steps, -float((steps[0] - 2) ** 2 + (steps[1] + 3) ** 2))
    return asked


def test_study_begins_as_it_is_then_looks_at_each_dial_alone():
    asked = asked_and_told(Study(2, n_alone=16, seed=1), 9)
    assert asked[0] == (0, 0)
    assert asked[1:] == [steps for turn in GRID for steps in ((turn, 0), (0, turn))]


def test_many_dials_leave_something_to_the_sampler():
    """Ten dials have forty points of a grid; twenty of them are asked, then what nobody wrote down."""
    study, asked = Study(10, n_alone=20, seed=1), []
    for _ in range(40):
        asked.append(study.ask())
        study.tell(asked[-1], float(-sum(abs(steps - 1) for steps in asked[-1])))
    assert {sum(map(bool, steps)) for steps in asked[1:21]} == {1}
    assert {place for steps in asked[1:21] for place in np.flatnonzero(steps)} == set(range(10))
    assert all(sum(map(bool, steps)) > 1 for steps in asked[21:])


def test_study_finds_what_is_good_and_asks_the_same_again():
    asked = asked_and_told(Study(2, n_alone=16, seed=3), 60)
    assert asked == asked_and_told(Study(2, n_alone=16, seed=3), 60)
    assert asked != asked_and_told(Study(2, n_alone=16, seed=4), 60)
    assert all(abs(turn) <= SPAN for steps in asked for turn in steps)
    # Drawn evenly they would lie 7.4 steps away on average.
    assert np.abs(np.array(asked[40:]) - [2, -3]).sum(axis=1).mean() < 4.5
    assert (2, -3) in asked


def test_what_has_no_value_is_no_reason_to_stop():
    study = Study(1, n_alone=16, seed=1)
    for _ in range(8):
        study.tell(study.ask(), None)
    assert len(study.ask()) == 1


def evaluated(worth):
    """Return an evaluator whose Sharpe ratio is a function of the dials' places, and the calls it had."""
    calls = []
    names = {genotype_hash(g): steps for steps, g in settings().items()}

    def evaluate(children):
        calls.append([names[child.genotype_hash] for child in children])
        return [worth(names[child.genotype_hash]) for child in children]

    return evaluate, calls


def settings() -> dict[tuple[int, ...], Genome]:
    """Return every setting within reach, by how far its dials are from where they were."""
    dials, found = dials_of(RULE), {}
    reach = range(-SPAN - 1, SPAN + 2)
    for hold in reach:
        for bars in reach:
            for level in reach:
                genome = with_dials(RULE, dials, (hold, bars, level))
                if genome is not None:
                    found.setdefault(genome, (hold, bars, level))
    return {steps: genome for genome, steps in found.items()}


def test_a_plateau_is_taken_and_a_peak_is_not():
    """Holding 4 steps longer is worth 9 on that setting alone; holding shorter is worth 2 wherever one looks."""

    def worth(steps):
        peak = 9.0 if steps == (4, 0, 0) else 0.0
        return replace(SCORE, sharpe=peak + (2.0 if steps[0] <= -2 else 0.0))

    evaluate, calls = evaluated(worth)
    found = tune(RULES, 20, 7, PLAIN, evaluate, anything)
    ((old, new),) = found.better.items()
    assert old == genotype_hash(RULE)
    assert new.child in found.children
    chosen = new.child.genome
    assert chosen.risk.max_hold is not None
    assert chosen.risk.max_hold < 6 - 1
    assert any((4, 0, 0) in asked for asked in calls)
    assert len(calls) == 20
    assert max(map(len, calls)) <= 1 + N_NEIGHBOURS


def test_a_rule_whose_neighbours_are_no_better_stays():
    evaluate, _ = evaluated(lambda steps: replace(SCORE, sharpe=-float(np.abs(steps).sum())))
    assert tune(RULES, 20, 7, PLAIN, evaluate, anything).better == {}


def test_a_setting_beside_one_without_fitness_is_not_taken():
    """Above zero everything is good, but a step beyond nothing trades any more."""

    def worth(steps):
        return Rejected(Reason.TOO_FEW_TRADES) if steps[0] > 2 else replace(SCORE, sharpe=float(steps[0]))

    evaluate, _ = evaluated(worth)
    found = tune(RULES, 60, 7, PLAIN, evaluate, anything)
    assert found.better[genotype_hash(RULE)].child.genome.risk.max_hold in (7, 8)


def test_a_setting_that_a_limit_refuses_is_not_taken():
    evaluate, _ = evaluated(lambda steps: replace(SCORE, sharpe=float(steps[0]), n_trades=100 - steps[0]))
    found = tune(RULES, 30, 7, PLAIN, evaluate, lambda score: score.n_trades >= 99)
    assert found.better[genotype_hash(RULE)].score.n_trades == 99
    assert tune(RULES, 30, 7, PLAIN, evaluate, lambda score: score.n_trades >= 101).better == {}


def test_search_ends_with_tuned_numbers_every_one_a_trial(serial, check, tmp_path):
    run = list(generations(tmp_path, serial, check, settings=changed(tuned=2, tuning_points=6)))
    last = run[-1].state
    assert last.is_tuned
    tuned = [row for row in recorded(tmp_path) if row["operator"] == "tune"]
    assert {row["generation"] for row in tuned} == {LAST + 1}
    assert last.n_trials == len(recorded(tmp_path)) == len({row["genotype_hash"] for row in recorded(tmp_path)})
    former = {item.genotype_hash for item in run[LAST].state.hall_of_fame[:2]}
    assert all(set(row["parents"]) <= former for row in tuned)
    newcomers = {item.genotype_hash for item in last.hall_of_fame} - {
        item.genotype_hash for item in run[LAST].state.hall_of_fame
    }
    assert len(newcomers) <= 2
    assert newcomers <= {row["genotype_hash"] for row in tuned}
    assert last.population == run[LAST].state.population


def test_a_tuned_rule_is_not_asked_again_what_it_hardly_needs(serial, check, tmp_path):
    settings = changed(tuned=2, tuning_points=6, simplify=True, registered=2)
    *_, last = generations(tmp_path, serial, check, settings=settings)
    rows = recorded(tmp_path)
    tuned = {row["genotype_hash"] for row in rows if row["operator"] == "tune"}
    chosen = tuned & {item.genotype_hash for item in last.state.hall_of_fame}
    assert chosen
    assert chosen <= set(last.state.settled)
    assert not chosen & {parent for row in rows if row["operator"] == "simplify" for parent in row["parents"]}


def test_interrupted_tuning_begins_again_and_ends_the_same(serial, check, tmp_path):
    settings = changed(tuned=2, tuning_points=6, simplify=True, registered=3)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run = list(generations(whole, serial, check, settings=settings))
    state = None
    for expected in run:
        state = next(generations(parts, serial, check, settings=settings, resumed=state)).state
        assert state_json(state) == state_json(expected.state)
    assert list(generations(parts, serial, check, settings=settings, resumed=state)) == []
    assert files_of(parts) == files_of(whole)
