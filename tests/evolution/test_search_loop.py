"""The search itself: the same again, another seed, interrupted anywhere, and every trial counted once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from evolution.backends import ProcessBackend, SerialBackend
from evolution.evaluator import Task
from evolution.fitness import Evaluation, Score
from evolution.genome.hashing import genotype_hash
from evolution.run.checkpoint import load_checkpoint
from evolution.run.generation import Generation, generation_line
from evolution.run.layout import RunFolder
from tests.evolution.searched import LAST, ORIGIN, SEED, SETTINGS, changed, files_of, generations, hashes, recorded


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory, serial, check) -> tuple[Path, list[Generation]]:
    """A run that nobody interrupted: its folder and its generations."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, list(generations(folder, serial, check))


def test_generations_are_numbered_from_the_initial_one(whole_run):
    assert [generation.state.generation for generation in whole_run[1]] == [0, 1, 2, 3]


def test_same_seed_gives_the_same_files(whole_run, serial, check, tmp_path):
    again = list(generations(tmp_path, serial, check))
    assert [g.state.population_hash() for g in again] == [g.state.population_hash() for g in whole_run[1]]
    assert files_of(tmp_path) == files_of(whole_run[0])


def test_another_seed_gives_another_population(whole_run, serial, check, tmp_path):
    first = next(generations(tmp_path, serial, check, seed=SEED + 1))
    assert first.state.population_hash() != whole_run[1][0].state.population_hash()
    assert not set(hashes(first)) & set(hashes(whole_run[1][0]))


@pytest.mark.parametrize("finished", range(LAST))
def test_run_interrupted_between_generations_ends_as_the_whole_one(whole_run, serial, check, tmp_path, finished):
    list(islice(generations(tmp_path, serial, check), finished + 1))
    state, messages = load_checkpoint(RunFolder(tmp_path).checkpoints, ORIGIN)
    assert (state.generation, messages) == (finished, [])
    resumed = list(generations(tmp_path, serial, check, resumed=state))
    assert [generation_line(g) for g in resumed] == [generation_line(g) for g in whole_run[1][finished + 1 :]]
    assert files_of(tmp_path) == files_of(whole_run[0])


def test_run_killed_between_trials_and_checkpoint_ends_as_the_whole_one(whole_run, serial, check, tmp_path):
    """The segment of generation 2 is there, its checkpoint is not: the trials are scored and written again."""
    list(islice(generations(tmp_path, serial, check), 3))
    (RunFolder(tmp_path).checkpoints / "generation-000000002.json").unlink()
    state, _ = load_checkpoint(RunFolder(tmp_path).checkpoints, ORIGIN)
    list(generations(tmp_path, serial, check, resumed=state))
    assert files_of(tmp_path) == files_of(whole_run[0])


def test_run_whose_newest_checkpoint_is_damaged_ends_as_the_whole_one(whole_run, serial, check, tmp_path):
    shutil.copytree(whole_run[0], tmp_path, dirs_exist_ok=True)
    newest = RunFolder(tmp_path).checkpoints / f"generation-{LAST:09d}.json"
    newest.write_bytes(newest.read_bytes()[:-1])
    state, messages = load_checkpoint(RunFolder(tmp_path).checkpoints, ORIGIN)
    assert (state.generation, len(messages)) == (LAST - 1, 1)
    list(generations(tmp_path, serial, check, resumed=state))
    assert files_of(tmp_path) == files_of(whole_run[0])


def test_finished_run_has_nothing_to_resume(whole_run, serial, check, tmp_path):
    state = whole_run[1][-1].state
    assert list(generations(tmp_path, serial, check, resumed=state)) == []


def test_every_scored_genotype_is_recorded_once(whole_run):
    rows = recorded(whole_run[0])
    keys = [row["genotype_hash"] for row in rows]
    assert len(set(keys)) == len(keys) == whole_run[1][-1].state.n_trials
    assert [g.n_scored for g in whole_run[1]] == [[r["generation"] for r in rows].count(n) for n in range(LAST + 1)]
    for generation in whole_run[1]:
        assert {*hashes(generation), *(item.genotype_hash for item in generation.state.hall_of_fame)} <= set(keys)


def test_genotype_that_was_scored_before_is_drawn_again_instead(serial, check, tmp_path):
    """Eight parents that only exchange what they have make the same children again and again."""
    crowded = {"population": 8, "offspring": 80, "crossover_share": 1.0, "immigrant_share": 0.0, "generations": 2}
    settings = SETTINGS.model_copy(update=crowded)
    run = list(generations(tmp_path, serial, check, settings=settings))
    keys = [row["genotype_hash"] for row in recorded(tmp_path)]
    assert len(set(keys)) == len(keys) == run[-1].state.n_trials
    assert all(generation.n_repeated > 5 for generation in run[1:])


def test_trials_are_durable_before_the_generation_is_seen(serial, check, tmp_path):
    for generation in islice(generations(tmp_path, serial, check), 2):
        assert len(recorded(tmp_path)) == generation.state.n_trials
        assert load_checkpoint(RunFolder(tmp_path).checkpoints, ORIGIN)[0].generation == generation.state.generation


def test_recorded_fitness_is_that_of_the_population(whole_run):
    rows = {row["genotype_hash"]: row for row in recorded(whole_run[0])}
    for item in whole_run[1][-1].state.population:
        row = rows[item.genotype_hash]
        assert tuple(row[objective.metric] for objective in SETTINGS.objective) == item.fitness.values
        assert (row["generation"], row["n_trades"]) == (item.generation, item.score.n_trades)
        assert genotype_hash(item.genome) == item.genotype_hash


def test_parents_were_scored_in_an_earlier_generation(whole_run):
    born: dict[str, int] = {}
    n_bred = 0
    for row in recorded(whole_run[0]):
        if row["operator"] != "screen":
            assert (row["operator"] == "initial") == (row["parents"] == [])
        assert all(born[parent] < row["generation"] for parent in row["parents"])
        n_bred += bool(row["parents"])
        born[row["genotype_hash"]] = row["generation"]
    assert n_bred > 10


def test_rejections_and_scores_add_up(whole_run):
    rows = recorded(whole_run[0])
    for generation in whole_run[1]:
        reasons = [row["reason"] for row in rows if row["generation"] == generation.state.generation]
        assert generation.rejections == {r: reasons.count(r) for r in sorted({r for r in reasons if r})}
        assert len(generation.state.population) <= SETTINGS.population
        assert generation.statistics["best"] == max(i.score.sharpe for i in generation.state.population)


def test_hall_of_fame_never_gets_worse(whole_run):
    best = [generation.state.hall_of_fame[0].score.evidence for generation in whole_run[1]]
    assert best == sorted(best)
    assert all(len(g.state.hall_of_fame) <= SETTINGS.hall_of_fame for g in whole_run[1])


def test_generation_line_says_what_happened(whole_run):
    generation = whole_run[1][1]
    best = max(generation.state.population, key=lambda item: item.score.sharpe)
    assert generation_line(generation) == {
        "generation": 1,
        "n_trials": generation.state.n_trials,
        "n_scored": generation.n_scored,
        "n_repeated": generation.n_repeated,
        "population": len(generation.state.population),
        "rejections": generation.rejections,
        "n_quarantined": 0,
        "statistics": generation.statistics,
        "best": {"genotype_hash": best.genotype_hash, "size": best.score.size},
        "epoch": 0,
        "operators": {name: list(found) for name, found in generation.operators.items()},
        "best_fresh": generation.best_fresh,
    }


def test_operators_are_told_what_they_have_brought(whole_run):
    rows = recorded(whole_run[0])
    for generation in whole_run[1]:
        own = [row for row in rows if row["generation"] == generation.state.generation]
        best = {item.genotype_hash for item in generation.state.hall_of_fame}
        kept = (best | set(hashes(generation))) & {row["genotype_hash"] for row in own}
        for name, found in generation.operators.items():
            made = [row for row in own if row["operator"] == name]
            assert found == (len(made), sum(row["genotype_hash"] in kept for row in made))
        assert sum(found.n_made for found in generation.operators.values()) == generation.n_scored
        fresh = [row["sharpe"] for row in own if row["operator"] == "initial" and row["reason"] is None]
        assert generation.best_fresh == max(fresh, default=None)


def test_search_without_any_fitness_goes_on(snapshot_folder, check, tmp_path):
    """Nobody makes a million trades: no population, no parents, fresh genomes again."""
    settings = SETTINGS.model_copy(update={"minimum_trades": 10**6, "generations": 1})
    backend = SerialBackend(snapshot_folder, minimum_trades=settings.minimum_trades)
    *_, last = generations(tmp_path, backend, check, settings=settings)
    assert (last.state.population, last.statistics, last.state.n_trials) == ((), {}, 32)
    assert generation_line(last)["best"] is None
    # The first draw of generation 1 is not that of generation 0 again.
    assert last.n_repeated == 0
    assert {row["operator"] for row in recorded(tmp_path)} == {"initial"}


def test_every_generation_tells_its_seconds_and_memory(whole_run):
    lines = [json.loads(line) for line in RunFolder(whole_run[0]).pace.read_text().splitlines()]
    assert [line["generation"] for line in lines] == list(range(LAST + 1))
    for line in lines:
        assert {"evaluate", "record", "select", "remember", "prove"} <= set(line["seconds"])
        assert all(seconds >= 0.0 for seconds in line["seconds"].values())
        assert 20.0 < line["memory_megabytes"] < 20_000.0


def test_genomes_stay_within_the_nodes_that_search_may_use(serial, check, whole_run, tmp_path):
    most = 10
    list(generations(tmp_path, serial, check, settings=changed(maximum_nodes=most)))
    free, kept_in = ([row["size"] or 0 for row in recorded(folder)] for folder in (whole_run[0], tmp_path))
    assert max(free) > most, "else nothing would be kept in"
    assert most - 1 <= max(kept_in) <= most


def test_worker_processes_give_the_same_run(whole_run, snapshot_folder, check, tmp_path):
    backend = ProcessBackend(snapshot_folder, minimum_trades=SETTINGS.minimum_trades, workers=2)
    try:
        list(generations(tmp_path, backend, check))
    finally:
        backend.close()
    assert files_of(tmp_path) == files_of(whole_run[0])


class Listening(SerialBackend):
    """Notes what it is told to begin with, and what it is asked."""

    def __init__(self, snapshot_folder: Path) -> None:
        super().__init__(snapshot_folder, minimum_trades=SETTINGS.minimum_trades)
        self.begun: list[list[Task]] = []
        self.asked: list[list[Task]] = []

    def begin(self, genomes: Sequence[Task]) -> None:
        self.begun.append(list(genomes))

    def evaluate(self, genomes: Sequence[Task]) -> list[Evaluation]:
        self.asked.append(list(genomes))
        return super().evaluate(genomes)


def test_the_next_generation_is_begun_before_one_is_seen_and_none_after_the_last(snapshot_folder, check, tmp_path):
    backend = Listening(snapshot_folder)
    counts = [(len(backend.begun), len(backend.asked)) for _ in generations(tmp_path, backend, check)]
    assert counts == [(1, 1), (2, 2), (3, 3), (3, 4)]
    assert backend.begun == backend.asked[1:]


def test_some_genomes_have_fitness_and_some_have_not(whole_run):
    """Otherwise the tests above would say little."""
    reasons = [row["reason"] for row in recorded(whole_run[0])]
    assert 10 < reasons.count(None) < len(reasons) - 3
    assert all(isinstance(item.score, Score) for item in whole_run[1][-1].state.population)
