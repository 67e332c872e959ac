"""A genome on which the simulators disagree leaves the search, with both results kept; three stop the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path

import pytest

from backtest.costs import Costs, costs_for
from data.errors import DataError, SimulationError
from data.market import Universe
from data.snapshot import SnapshotStore, load_universe
from evolution.agreement import Disagreement, ReferenceCheck
from evolution.backends import ProcessBackend, SerialBackend
from evolution.fitness import Evaluation, Score
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.run.checkpoint import load_checkpoint
from evolution.run.generation import generation_line
from evolution.run.layout import RunFolder
from evolution.run.loop import Generation, search
from evolution.run.origin import Origin
from evolution.run.quarantine import read_quarantined
from evolution.run.settings import SearchSettings
from evolution.search.objectives import Objective
from evolution.trials import read_segments

SETTINGS = SearchSettings(
    population=16, offspring=16, generations=3, minimum_trades=5, hall_of_fame=6, registered=6, simplify=False
)
ORIGIN = Origin("settings", "snapshot", "code")


def dearer(coin: str) -> Costs:
    """A reference that charges a tenth of a basis point more."""
    return Costs(taker_fee_bps=4.6, slippage_bps=costs_for(coin).slippage_bps)


class DisagreesOn:
    """Disagrees on one genome, which the reference is charged too much for, and is right about every other."""

    def __init__(self, universe: Universe, genotype: str) -> None:
        self.universe, self._genotype = universe, genotype
        self._right, self._wrong = ReferenceCheck(universe), ReferenceCheck(universe, dearer)

    def disagreement(self, genome: Genome, score: Score) -> Disagreement | None:
        return (self._wrong if genotype_hash(genome) == self._genotype else self._right).disagreement(genome, score)


@pytest.fixture(scope="module")
def snapshot_folder(snapshot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two coins of the history that the other tests search."""
    markets = load_universe(snapshot_folder).markets[:2]
    return SnapshotStore(tmp_path_factory.mktemp("two-coins")).save(markets, {"source": "test"}).path


@pytest.fixture(scope="module")
def two_coins(snapshot_folder: Path) -> Universe:
    return load_universe(snapshot_folder)


def generations(
    folder: Path, snapshot_folder: Path, check, resumed=None, backend=None, settings=SETTINGS
) -> Iterator[Generation]:
    backend = backend or SerialBackend(snapshot_folder, minimum_trades=settings.minimum_trades)
    priors = settings.priors()
    return search(
        settings,
        11,
        backend,
        RunFolder(folder),
        priors=priors,
        check=check,
        origin=ORIGIN,
        universe=check.universe,
        resumed=resumed,
    )


class Flatterer(SerialBackend):
    """Gives every genome a Sharpe ratio that is a millionth too good, as a mistake of the evaluator would."""

    def evaluate(self, genomes: Sequence[Genome]) -> list[Evaluation]:
        answers = super().evaluate(genomes)
        return [replace(item, sharpe=item.sharpe + 1e-6) if isinstance(item, Score) else item for item in answers]


def best_of(generation: Generation) -> str:
    return max(generation.state.population, key=lambda item: (item.score.sharpe, item.genotype_hash)).genotype_hash


def test_check_finds_nothing_on_honest_simulators_and_names_the_first_difference_on_others(two_coins, named_genomes):
    assert ReferenceCheck(two_coins).disagreement(named_genomes["trend"]) is None
    found = ReferenceCheck(two_coins, dearer).disagreement(named_genomes["trend"])
    assert found.coin == two_coins.coins[0]
    assert found.kernel.trades.entry_bar[0] == found.reference.trades.entry_bar[0]
    assert found.kernel.trades.fees[0] < found.reference.trades.fees[0]


def test_check_finds_a_score_that_is_not_that_of_the_plain_simulation(two_coins, snapshot_folder, named_genomes):
    genome = named_genomes["trend"]
    [score] = SerialBackend(snapshot_folder, minimum_trades=5).evaluate([genome])
    check = ReferenceCheck(two_coins)
    assert check.disagreement(genome, score) is None
    for field in fields(Score):
        value = getattr(score, field.name)
        other = value + 1 if isinstance(value, int) else value * (1 + 1e-6) + 1e-6
        wrong = replace(score, **{field.name: value ^ 0b111 if field.name == "sketch" else other})
        found = check.disagreement(genome, wrong)
        assert (found.difference.event, found.difference.field) == ("score", field.name)
    assert check.disagreement(genome, replace(score, sharpe=float("nan"))) is not None
    assert check.disagreement(genome, replace(score, sketch=score.sketch ^ 0b11)) is None


def test_scores_that_the_reference_does_not_give_stop_the_run(tmp_path, snapshot_folder, two_coins):
    flatterer = Flatterer(snapshot_folder, minimum_trades=SETTINGS.minimum_trades)
    with pytest.raises(SimulationError, match=r"score, sharpe: search .*, reference "):
        list(generations(tmp_path, snapshot_folder, ReferenceCheck(two_coins), backend=flatterer))
    assert len(read_quarantined(tmp_path / "quarantine")) == 3


def test_genome_in_quarantine_leaves_population_and_hall_and_stays_a_trial(tmp_path, snapshot_folder, two_coins):
    undisturbed = next(generations(tmp_path / "a", snapshot_folder, ReferenceCheck(two_coins)))
    guilty = best_of(undisturbed)
    run = list(generations(tmp_path / "b", snapshot_folder, DisagreesOn(two_coins, guilty)))
    assert [generation.n_quarantined for generation in run] == [1, 0, 0, 0]
    for generation in run:
        kept = (*generation.state.population, *generation.state.hall_of_fame)
        assert guilty not in {item.genotype_hash for item in kept}
    trials = [key for table in read_segments(tmp_path / "b/trials") for key in table["genotype_hash"].to_pylist()]
    assert trials.count(guilty) == 1
    [(item, words)] = read_quarantined(tmp_path / "b/quarantine")
    assert (item.genotype_hash, genotype_hash(item.genome)) == (guilty, guilty)
    assert "fees" in words or "equity" in words


def test_quarantined_rule_takes_nobody_out_of_the_hall(tmp_path, snapshot_folder, two_coins):
    """Where all rules count as alike the hall holds the best one: with that in quarantine, the second."""
    alone = SETTINGS.model_copy(update={"alike_bits": 48, "objective": (Objective(metric="sharpe", goal="max"),)})
    honest = next(generations(tmp_path / "a", snapshot_folder, ReferenceCheck(two_coins), settings=alone))
    first, second = sorted(honest.state.population, key=lambda item: -item.score.sharpe)[:2]
    check = DisagreesOn(two_coins, first.genotype_hash)
    found = next(generations(tmp_path / "b", snapshot_folder, check, settings=alone))
    assert [item.genotype_hash for item in honest.state.hall_of_fame] == [first.genotype_hash]
    assert [item.genotype_hash for item in found.state.hall_of_fame] == [second.genotype_hash]


def test_patience_is_not_measured_against_a_rule_in_quarantine(tmp_path, snapshot_folder, two_coins):
    """The best of the first generation is bettered by nobody; the best of those that are left may be."""
    patient = SETTINGS.model_copy(update={"patience": 2, "objective": (Objective(metric="sharpe", goal="max"),)})
    honest = next(generations(tmp_path / "a", snapshot_folder, ReferenceCheck(two_coins), settings=patient))
    first, second = sorted(honest.state.population, key=lambda item: -item.score.sharpe)[:2]
    check = DisagreesOn(two_coins, first.genotype_hash)
    found = next(generations(tmp_path / "b", snapshot_folder, check, settings=patient))
    assert honest.state.epoch.best == first.score.sharpe
    assert found.state.epoch.best == second.score.sharpe < first.score.sharpe


def test_quarantine_keeps_both_results(tmp_path, snapshot_folder, two_coins):
    guilty = best_of(next(generations(tmp_path / "a", snapshot_folder, ReferenceCheck(two_coins))))
    next(generations(tmp_path / "b", snapshot_folder, DisagreesOn(two_coins, guilty)))
    content = json.loads((tmp_path / f"b/quarantine/{guilty}.json").read_text())
    ours, theirs = content["kernel"], content["reference"]
    assert len(ours["equity"]) == len(theirs["equity"]) == two_coins.n_bars
    assert ours["trades"]["entry_bar"] == theirs["trades"]["entry_bar"]
    assert sum(ours["trades"]["fees"]) < sum(theirs["trades"]["fees"])
    assert ours["metrics"]["net_return"] > theirs["metrics"]["net_return"]


def test_run_interrupted_after_a_quarantine_ends_as_the_whole_one(tmp_path, snapshot_folder, two_coins):
    guilty = best_of(next(generations(tmp_path / "a", snapshot_folder, ReferenceCheck(two_coins))))
    check = DisagreesOn(two_coins, guilty)
    whole = list(generations(tmp_path / "whole", snapshot_folder, check))
    list(islice(generations(tmp_path / "cut", snapshot_folder, check), 2))
    state, _ = load_checkpoint(tmp_path / "cut/checkpoints", ORIGIN)
    resumed = list(generations(tmp_path / "cut", snapshot_folder, check, state))
    assert resumed[-1].state.population_hash() == whole[-1].state.population_hash()


def test_children_bred_before_a_quarantine_leave_no_trace(tmp_path, snapshot_folder, two_coins):
    """Workers have begun with the children of a population that loses its best; a resumed run never bred them."""
    guilty = best_of(next(generations(tmp_path / "a", snapshot_folder, ReferenceCheck(two_coins))))
    check = DisagreesOn(two_coins, guilty)
    list(islice(generations(tmp_path / "cut", snapshot_folder, check), 1))
    state, _ = load_checkpoint(tmp_path / "cut/checkpoints", ORIGIN)
    resumed = list(generations(tmp_path / "cut", snapshot_folder, check, state))
    backend = ProcessBackend(snapshot_folder, minimum_trades=SETTINGS.minimum_trades, workers=1)
    try:
        whole = list(generations(tmp_path / "whole", snapshot_folder, check, backend=backend))
    finally:
        backend.close()
    assert whole[0].n_quarantined == 1
    assert [generation_line(g) for g in resumed] == [generation_line(g) for g in whole[1:]]
    for number in range(len(whole)):
        segments = [list((tmp_path / run / "trials").glob(f"*{number:09d}*")) for run in ("cut", "whole")]
        assert len({path.read_bytes() for [path] in segments}) == 1


def test_third_genome_in_quarantine_stops_the_run_and_says_where_to_look(tmp_path, snapshot_folder, two_coins):
    with pytest.raises(SimulationError, match=r"disagree on 3 genomes, .* a defect of the program") as caught:
        list(generations(tmp_path, snapshot_folder, ReferenceCheck(two_coins, dearer)))
    assert str(tmp_path / "quarantine") in str(caught.value)
    assert len(list((tmp_path / "quarantine").glob("*.json"))) == 3
    assert load_checkpoint(tmp_path / "checkpoints", ORIGIN) == (None, [])


def test_damaged_quarantine_is_refused_by_name(tmp_path):
    (tmp_path / "x.json").write_text('{"individual": {}, "difference": ""}')
    with pytest.raises(DataError, match=r"x\.json is damaged: individual is an object of 0 items"):
        read_quarantined(tmp_path)
