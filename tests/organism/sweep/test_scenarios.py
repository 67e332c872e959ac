"""A rule among its neighbours, against the same rules simulated one by one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from statistics import median

import pytest

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from data.market import Universe
from data.worlds import make_world
from evolution.evaluator import signals
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, threshold, window
from organism.gauntlet.policy import GauntletPolicy
from organism.knobs import turned
from organism.report.in_words.neighbours import sweep_document
from organism.report.markdown import to_markdown
from organism.report.sweep_page import sweep_page
from organism.sweep.scenarios import Sweep, sweep
from organism.sweep.words import coin_line, headline, plain, row_lines

NEVER = Node("never")
SCORE = Node("funding_zscore", (window(168),))
RULE = Genome(
    Node("below", (SCORE, threshold(-1.5))),
    Node("above", (SCORE, threshold(-0.5))),
    Node("above", (SCORE, threshold(1.5))),
    Node("below", (SCORE, threshold(0.5))),
    RiskGenes(),
)
SEEN: list[tuple[int, int]] = []


@pytest.fixture(scope="module")
def universe() -> Universe:
    return Universe("planted", make_world("planted", 3, years=1.0).markets)


@pytest.fixture(scope="module")
def found(universe) -> Sweep:
    SEEN.clear()
    swept = sweep(RULE, universe, GauntletPolicy(), lambda done, planned: SEEN.append((done, planned)))
    assert swept is not None
    return swept


def simulated(genome: Genome, universe: Universe, scale: float, cost_factor: float):
    levels = signals(genome, universe)
    markets = [prepare(market, costs_for(market.coin).scaled(cost_factor)) for market in universe]
    risk = replace(genome.risk.to_risk(), scale=scale)
    return simulate_pooled(markets, [levels[coin] for coin in universe.coins], risk)


def test_every_neighbour_is_that_rule_simulated_by_itself(found, universe):
    for row in found.rows:
        for turn in row.turns[::3]:
            genome = turned(RULE, {row.knob: turn.index})
            for outcome, factor in zip(turn.outcomes, (1.0, 2.0), strict=True):
                if genome is None:
                    assert outcome is None
                    continue
                expected = simulated(genome, universe, found.scale, factor)
                assert outcome.sharpe == pytest.approx(expected.metrics.sharpe, rel=1e-9)
                assert outcome.by_coin == pytest.approx([one.metrics.sharpe for one in expected.sleeves], rel=1e-9)


def test_the_rule_itself_stands_in_every_row_and_in_the_plane(found):
    for row in found.rows:
        own = next(turn for turn in row.turns if turn.index == row.knob.index)
        assert own.outcomes == found.base
    plane = found.plane
    middle = plane.outcomes[plane.down_indices.index(plane.down.index)][plane.across_indices.index(plane.across.index)]
    assert middle == found.base[0]


def test_neighbours_are_counted_once_and_without_the_rule(found):
    alone = sum(outcome.outcomes[0] is not None for row in found.rows for outcome in row.turns) - len(found.rows)
    plane = found.plane
    together = sum(one is not None for line in plane.outcomes for one in line)
    on_the_axes = len(plane.across_indices) + len(plane.down_indices) - 1
    assert len(found.neighbours) == alone + together - on_the_axes
    assert len(found.neighbours) > 60


def test_an_edge_stands_on_a_hill(found):
    """The planted cause survives its numbers being moved, and its Sharpe ratio falls with its costs."""
    share = sum(one.passes for one in found.neighbours) / len(found.neighbours)
    assert share > 0.5
    assert found.base[0].sharpe > found.base[1].sharpe > 0.0


def test_progress_counts_every_rule_once_up_to_its_end(found):
    """The rule itself, each number turned by itself, and two turned together where neither stands as it was."""
    alone = sum(len(row.turns) - 1 for row in found.rows)
    together = (len(found.plane.across_indices) - 1) * (len(found.plane.down_indices) - 1)
    assert [done for done, _ in SEEN] == sorted(done for done, _ in SEEN)
    assert SEEN[-1] == (1 + alone + together,) * 2
    assert all(done <= planned for done, planned in SEEN)


def test_a_rule_that_never_trades_has_no_sweep(universe):
    assert sweep(Genome(NEVER, NEVER, NEVER, NEVER), universe, GauntletPolicy(), lambda *_: None) is None


def test_a_rule_with_one_number_has_no_plane(universe):
    """Two constants on one side, and its exit is the end of time."""
    volume = Node("above", (Node("close"), Node("sma", (Node("close"), window(24)))))
    genome = Genome(volume, Node("not", (volume,)), NEVER, NEVER)
    swept = sweep(genome, universe, GauntletPolicy(), lambda *_: None)
    assert len(swept.rows) == 2
    assert swept.plane is not None
    single, seen = Genome(volume, NEVER, NEVER, NEVER), []
    alone = sweep(single, universe, GauntletPolicy(), lambda *told: seen.append(told))
    assert alone.plane is None
    assert seen[-1] == (len(alone.rows[0].turns),) * 2


def test_words_page_and_json_say_the_same(found):
    document = json.loads(json.dumps(plain(found, "GP_x", "the rule", "snapshot"), allow_nan=False))
    assert document["n_neighbours"] == len(found.neighbours)
    assert headline(found).startswith(f"{document['n_passing']} of {document['n_neighbours']} neighbours")
    turned = [turn for row in found.rows for turn in row.turns if turn.index != row.knob.index]
    dear = [turn.outcomes[1] for turn in turned if turn.outcomes[1] is not None]
    n_dear = sum(outcome.passes for outcome in dear)
    assert (document["n_turned"], document["n_passing_at_doubled_costs"]) == (len(dear), n_dear)
    assert f"at doubled costs {n_dear} of the {len(dear)} with one number turned" in headline(found)
    usual = [turn.outcomes[0] for turn in turned if turn.outcomes[0] is not None]
    assert all(one.sharpe > other.sharpe for one, other in zip(usual, dear, strict=True))
    first = median(outcome.by_coin[0] for outcome in found.neighbours if outcome.by_coin[0] is not None)
    assert coin_line(found).startswith(f"{found.coins[0]} {found.base[0].by_coin[0]:.2f} (neighbours {first:.2f}), ")
    lines = row_lines(found)
    assert lines[0] == found.rows[0].knob.label
    assert f"*168: {found.base[0].sharpe:.2f}" in lines[1]
    page = sweep_page(found, "GP_x", "a < b")
    assert "a &lt; b" in page
    assert page.count(f">{found.base[0].sharpe:.2f}<") >= len(found.rows) + 1
    assert "<script" not in page
    written = to_markdown(sweep_document(found, "GP_x", "a < b", ("From a made market.",)))
    own = len(re.findall(rf"\\\*{found.base[0].sharpe:.2f}\b", written))
    assert own == len(found.rows) + 1, "marked once for each number, and where two are turned together"
    assert "From a made market." in written
