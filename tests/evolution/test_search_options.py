"""What a search can be asked to do besides breeding: budgets, epochs, limits, objectives, rules to begin with."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from pydantic import ValidationError

from backtest.risk import SizingRule
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, window
from evolution.opcodes.types import WINDOWS
from evolution.rows.odds import MUTATION_WEIGHTS, OPERATOR_WEIGHTS
from evolution.rows.parts import parts_of
from evolution.rows.records import record_of
from evolution.run.checkpoint import load_checkpoint
from evolution.run.finish import ends_epoch
from evolution.run.generation import generation_line
from evolution.run.layout import RunFolder
from evolution.run.loop import search
from evolution.run.reasons import in_words
from evolution.run.state import state_json
from evolution.search.simpler import simpler_genomes
from tests.evolution.mirrored import mirrored
from tests.evolution.searched import LAST, ORIGIN, SEED, SETTINGS, changed, files_of, generations, hashes, recorded


def test_best_rules_are_tried_with_a_part_less_until_none_can_go(serial, check, tmp_path):
    """Behind the last generation; what trades the same with less takes the place of the other."""
    settings = changed(simplify=True, registered=3)
    run = list(generations(tmp_path, serial, check, settings=settings))
    assert [generation.state.generation for generation in run] == list(range(len(run)))
    assert len(run) > LAST + 1
    last = run[-1].state
    assert {row["operator"] for row in recorded(tmp_path) if row["generation"] > LAST} == {"simplify"}
    assert last.population == run[LAST].state.population
    scores = {row["genotype_hash"]: (row["sharpe"], row["n_trades"]) for row in recorded(tmp_path)}
    assert len(scores) == last.n_trials
    for item in last.hall_of_fame[:3]:
        for simpler in simpler_genomes(item.genome):
            if simpler.size < item.genome.size:
                assert scores[genotype_hash(simpler)] != (item.score.sharpe, item.score.n_trades)
    assert {item.genotype_hash for item in last.hall_of_fame[:3]} <= set(last.settled)
    for place in range(LAST, len(run)):
        resumed = list(generations(tmp_path, serial, check, settings=settings, resumed=run[place].state))
        assert [state_json(g.state) for g in resumed] == [state_json(g.state) for g in run[place + 1 :]]


def test_no_more_rules_are_shortened_in_a_generation_than_a_segment_holds(serial, check, tmp_path, monkeypatch):
    """A rule of 10 nodes is asked about 35 times in each of 17 rounds at most; one rule always goes."""
    settings = changed(simplify=True, registered=6)
    *_, together = generations(tmp_path / "together", serial, check, settings=settings)
    monkeypatch.setattr("evolution.run.finish.MOST_TRIALS", 600)
    *_, apart = generations(tmp_path / "apart", serial, check, settings=settings)
    assert apart.state.generation > together.state.generation
    best = {item.genotype_hash for item in apart.state.hall_of_fame[:6]}
    assert best <= set(apart.state.settled)
    by_generation = {}
    for row in recorded(tmp_path / "apart"):
        if row["operator"] == "simplify":
            by_generation.setdefault(row["generation"], set()).update(row["parents"])
    assert min(map(len, by_generation.values())) == 1


def test_a_mirrored_rule_loses_a_part_on_both_sides_or_on_one():
    trend = Node("above", (Node("close"), Node("sma", (Node("close"), window(24)))))
    body = Node("above", (Node("close"), Node("open")))
    entry, exit_ = Node("and", (trend, body)), Node("crosses_below", (Node("close"), Node("open")))
    both = Genome(entry, exit_, mirrored(entry), mirrored(exit_), RiskGenes(stop=3))
    simpler = simpler_genomes(both)
    assert len(set(simpler)) == len(simpler)
    sides = {(one.long_entry, one.long_exit, one.short_entry, one.short_exit) for one in simpler}
    assert (trend, exit_, mirrored(trend), mirrored(exit_)) in sides
    assert (trend, exit_, both.short_entry, both.short_exit) in sides
    assert (entry, exit_, mirrored(body), mirrored(exit_)) in sides
    never = Node("never")
    assert (entry, never, mirrored(entry), never) in sides
    assert (never, exit_, never, mirrored(exit_)) in sides
    assert Genome(*both.roots) in simpler
    # Of a rule whose sides differ, one loses a part and the other does not.
    alone = Genome(entry, exit_, trend, never)
    assert all(
        (one.long_entry, one.long_exit) == alone.roots[:2] or (one.short_entry, one.short_exit) == alone.roots[2:]
        for one in simpler_genomes(alone)
    )


def test_every_gene_of_risk_that_is_a_part_can_be_left_out():
    entry = Node("above", (Node("close"), Node("open")))
    never = Node("never")
    full = RiskGenes(
        sizing=SizingRule.INVERSE_VOLATILITY, stop=3, target=8, trailing=5, max_hold=4, reverse=True, regime_mask=7
    )
    rule = Genome(entry, never, never, never, full)
    changed_alone = [one.risk for one in simpler_genomes(rule) if one.roots == rule.roots]
    parts = parts_of(record_of(rule))
    assert [parts_of(record_of(replace(rule, risk=risk))) for risk in changed_alone] == [parts - 1] * 7
    assert len(set(changed_alone)) == 7
    assert simpler_genomes(replace(rule, risk=RiskGenes())) == [Genome(never, never, never, never)]


def test_first_generation_begins_with_the_rules_it_is_given(serial, check, tmp_path, named_genomes):
    texts = [to_json(named_genomes[name]) for name in ("dip", "trend", "dip")]
    first = next(generations(tmp_path, serial, check, settings=changed(warm_start=texts)))
    rows = [row for row in recorded(tmp_path) if row["operator"] == "warm"]
    assert [row["genotype_hash"] for row in rows] == [genotype_hash(named_genomes[n]) for n in ("dip", "trend")]
    assert all(row["parents"] == [] for row in rows)
    assert first.state.n_trials == 16 + 2


def test_a_given_rule_longer_than_search_may_make_is_bred_from_as_any_other(serial, check, tmp_path, universe):
    """Through the screen too, and to its end; its children are no longer than search may make them."""
    entry, never = Node("above", (Node("close"), Node("sma", (Node("close"), window(24))))), Node("never")
    given = Genome(entry, never, mirrored(entry), never, RiskGenes(max_hold=WINDOWS.index(24)))
    chances = {"screened_share": 0.2, "crossover_share": 0.3, "elitist_share": 1.0, "tournament": 1, "offspring": 40}
    finish = {"simplify": True, "tuned": 1, "registered": 2, "tuning_points": 2}
    settings = changed(warm_start=[to_json(given)], maximum_nodes=8, generations=6, **chances, **finish)
    assert given.size == 12
    *_, last = generations(tmp_path, serial, check, settings=settings, universe=universe)
    bred = [row for row in recorded(tmp_path) if row["operator"] not in {"warm", "simplify", "tune"}]
    assert max(row["size"] or 0 for row in bred) <= 8
    assert any(genotype_hash(given) in row["parents"] for row in bred)
    assert last.state.generation > 6


def test_random_search_draws_every_genotype_afresh(serial, check, tmp_path):
    *_, last = generations(tmp_path, serial, check, settings=changed(mode="random"))
    assert {row["operator"] for row in recorded(tmp_path)} == {"initial"}
    assert last.state.n_trials == 16 * (1 + LAST)
    assert len(last.state.population) > 0


def test_best_rules_of_random_search_get_shorter_as_any_others(serial, check, tmp_path):
    settings = changed(mode="random", generations=1, simplify=True, registered=2)
    *_, last = generations(tmp_path, serial, check, settings=settings)
    assert {row["operator"] for row in recorded(tmp_path)} == {"initial", "simplify"}
    assert last.state.generation > 1


def test_impatient_search_leaves_its_population_for_a_new_one(serial, check, tmp_path):
    """Nothing is better than the best at its second generation: each epoch ends once that is seen."""
    settings = changed(patience=1, generations=12, initial=24, screened_share=0.0)
    run = list(generations(tmp_path, serial, check, settings=settings))
    epochs = [generation.state.epoch for generation in run]
    assert epochs[-1].number >= 2
    began = {epoch.began for epoch in epochs}
    fresh = {n for n in range(13) if {r["operator"] for r in recorded(tmp_path) if r["generation"] == n} == {"initial"}}
    assert began - {13} == fresh
    for generation in run:
        number = generation.state.generation
        assert generation.n_scored == (24 if number in fresh else 16)
        drawn = max(first for first in fresh if first <= number)
        assert all(item.generation >= drawn for item in generation.state.population)
    best = [generation.state.hall_of_fame[0].score.evidence for generation in run]
    assert best == sorted(best)


@pytest.mark.parametrize(("reunion", "last"), [(0, 6), (2, 8)])
def test_search_of_several_epochs_ends_the_same_after_an_interruption(serial, check, tmp_path, reunion, last):
    settings = changed(patience=1, generations=last, reunion=reunion)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    list(generations(whole, serial, check, settings=settings))
    state = None
    while state is None or state.generation < last:
        state = next(generations(parts, serial, check, settings=settings, resumed=state)).state
        state = load_checkpoint(RunFolder(parts).checkpoints, ORIGIN)[0]
    assert files_of(parts) == files_of(whole)


def test_one_in_so_many_epochs_begins_with_the_best_of_all_before_it(serial, check, tmp_path):
    settings = changed(patience=1, generations=14, reunion=2, hall_of_fame=12, registered=12, screened_share=0.0)
    run = list(generations(tmp_path, serial, check, settings=settings))
    by_generation = {n: {r["operator"] for r in recorded(tmp_path) if r["generation"] == n} for n in range(15)}
    met = 0
    for before, after in pairwise(run):
        epoch = before.state.epoch
        if epoch.began != after.state.generation:
            continue
        if epoch.number % 2 == 1:
            met += 1
            best = {item.genotype_hash for item in before.state.hall_of_fame}
            assert {item.genotype_hash for item in before.state.population} == best
            parents = {p for r in recorded(tmp_path) if r["generation"] == epoch.began for p in r["parents"]}
            assert parents <= best
            assert by_generation[epoch.began] > {"initial"}
        else:
            assert by_generation[epoch.began] == {"initial"}
    assert met >= 2


@pytest.mark.parametrize("reunion", [0, 2])
def test_at_the_end_of_an_epoch_the_best_are_shortened_before_a_new_population_is_drawn(
    serial, check, tmp_path, reunion
):
    """Generations of nothing else put the next draw off; what is handed over at an epoch's end has lost its parts."""
    settings = changed(patience=1, generations=40, reunion=reunion, simplify=True, registered=3)
    run = list(generations(tmp_path, serial, check, settings=settings))
    operators = [set(generation.operators) for generation in run]
    ends = [
        generation.state.generation
        for generation in run
        if ends_epoch(generation.state, settings) and not generation.is_last
    ]
    assert len(ends) >= 3
    for end in ends:
        before = next(place for place in range(end, -1, -1) if operators[place] - {"simplify"})
        assert "initial" in operators[end + 1]
        assert run[end + 1].state.epoch.number >= run[end].state.epoch.number > run[before - 1].state.epoch.number
        # A reunion draws its population from the hall; until then nobody competes for it.
        if not run[end].state.epoch.is_reunion(reunion):
            assert {run[place].state.population for place in range(before, end + 1)} == {run[end].state.population}
        best = {item.genotype_hash for item in run[end].state.hall_of_fame[:3]}
        assert best <= set(run[end].state.settled) <= {item.genotype_hash for item in run[end].state.hall_of_fame}
        for place in range(before, end):
            late = {item.genotype_hash for item in run[place].state.hall_of_fame[:3]} - set(run[place].state.settled)
            assert late
            assert not ends_epoch(run[place].state, settings)
    assert any({"simplify"} == operators[end] for end in ends)
    told = [generation_line(generation)["epoch"] for generation in run]
    assert told == [sum(end < number for end in ends) for number in range(len(run))]
    for former, generation in pairwise(run):
        following = next(generations(tmp_path, serial, check, settings=settings, resumed=former.state))
        assert state_json(following.state) == state_json(generation.state)


def test_budget_of_genotypes_ends_the_breeding(serial, check, tmp_path):
    """Three generations of 16 are 48, and 40 are reached with the third: no other one is the last."""
    settings = changed(evaluations=40, generations=100)
    run = list(generations(tmp_path, serial, check, settings=settings))
    assert [generation.state.n_trials for generation in run] == [16, 32, 48]
    assert [generation.is_last for generation in run] == [False, False, True]
    assert list(generations(tmp_path, serial, check, settings=settings, resumed=run[-1].state)) == []


def test_rule_beyond_a_limit_is_recorded_and_never_competes(serial, check, tmp_path):
    settings = changed(limit=[{"metric": "size", "most": 14}, {"metric": "exposure", "least": 0.05, "most": 0.9}])
    run = list(generations(tmp_path, serial, check, settings=settings))
    rows = recorded(tmp_path)
    broken = [row for row in rows if row["reason"] is None and row["size"] > 14]
    assert broken
    assert sum(g.rejections.get("limit: size above 14", 0) for g in run) == len(broken)
    for generation in run:
        kept = (*generation.state.population, *generation.state.hall_of_fame)
        assert all(item.score.size <= 14 and 0.05 <= item.score.exposure <= 0.9 for item in kept)


def test_search_strives_for_what_it_is_asked(serial, check, tmp_path):
    asked = [{"metric": "turnover", "goal": "min"}, {"metric": "floor", "goal": "max"}]
    *_, last = generations(tmp_path, serial, check, settings=changed(objective=asked, elitist_share=1.0))
    scored = [row for row in recorded(tmp_path) if row["reason"] is None]
    for item in last.state.population:
        assert item.fitness.values == (item.score.turnover, item.score.floor)
    assert last.state.hall_of_fame[0].score.turnover == min(row["turnover"] for row in scored)


def test_excluded_opcodes_are_never_drawn(serial, check, tmp_path):
    def used(folder, **changes):
        *_, last = generations(tmp_path / folder, serial, check, settings=changed(generations=1, **changes))
        return frozenset().union(*(item.genome.opcodes() for item in last.state.population))

    free = used("free") - {"and", "above", "below", "never"}
    assert len(free) > 5
    assert used("without", excluded_opcodes=tuple(sorted(free))) & free == set()


def test_fresh_genomes_are_mirrored_as_often_as_wanted(serial, check, tmp_path):
    settings = SETTINGS.model_copy(update={"mirrored_share": 1.0, "generations": 0})
    *_, last = generations(tmp_path, serial, check, settings=settings)
    found = [item.genome for item in last.state.population]
    assert found
    assert all(mirrored(genome.long_entry) == genome.short_entry for genome in found)


def test_operators_make_children_as_often_as_asked(serial, check, tmp_path):
    weights = dict.fromkeys(OPERATOR_WEIGHTS, 0.0) | {"constant": 1.0, "side": 1.0}
    list(generations(tmp_path, serial, check, settings=changed(operator_weights=weights)))
    assert {row["operator"] for row in recorded(tmp_path)} == {"initial", "screen", "constant", "side"}


def test_unknown_operator_is_told_with_the_nearest_that_is_known():
    with pytest.raises(ValidationError, match="operator_weights names 'hoits'; did you mean 'hoist'"):
        changed(operator_weights={"hoits": 1.0})


def test_search_without_any_operator_is_refused():
    only_crossover = dict.fromkeys(MUTATION_WEIGHTS, 0.0)
    with pytest.raises(ValidationError, match="leaves no operator of subtree, point"):
        changed(operator_weights=only_crossover)
    assert changed(operator_weights=only_crossover, crossover_share=1.0).odds().mutations[-1] == 0.0


def test_thresholds_are_fitted_unless_told_otherwise(serial, check, universe, one_coin, tmp_path):
    """The same seed draws other rules of other thresholds; switched off, no history counts."""

    def first(folder, settings, history):
        run = search(
            settings,
            SEED,
            serial,
            RunFolder(tmp_path / folder),
            priors=settings.priors(),
            check=check,
            origin=ORIGIN,
            universe=history,
        )
        return hashes(next(run))

    off = changed(screened_share=0.0, fitted_thresholds=False)
    plain = first("off", off, universe)
    assert first("fitted", changed(screened_share=0.0), universe) != plain
    assert first("other", off, one_coin) == plain
    assert first("random", changed(mode="random", fitted_thresholds=False), universe) == plain


def test_a_search_for_ever_keeps_its_budget_of_genotypes(serial, check, tmp_path):
    """Forty are reached with the third generation of sixteen; the best are shortened then."""
    settings = changed(evaluations=40, generations=1, simplify=True, registered=2).for_ever()
    assert (settings.patience, changed(patience=7).for_ever().patience) == (40, 7)
    run = list(generations(tmp_path, serial, check, settings=settings))
    assert [generation.state.n_trials for generation in run[:3]] == [16, 32, 48]
    assert {name for generation in run[3:] for name in generation.operators} == {"simplify"}
    assert run[-1].is_last


def test_reasons_are_words_and_metrics_keep_their_names():
    assert in_words("too_few_trades") == "too few trades"
    assert in_words("limit: max_drawdown above 0.1") == "limit: max_drawdown above 0.1"
