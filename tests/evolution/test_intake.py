"""Who of a generation competes, by hand."""

from __future__ import annotations

from dataclasses import fields, replace

from evolution.fitness import Reason, Rejected, Score
from evolution.genome.genome import Genome
from evolution.genome.node import Node, window
from evolution.rows.odds import INITIAL
from evolution.run.intake import take_in
from evolution.run.settings import SearchSettings
from evolution.search.goals import DEFAULT_GOALS
from evolution.search.named import child_of

SETTINGS = SearchSettings.model_validate({"limit": [{"metric": "n_trades", "least": 10.0}]})
SCORE = replace(Score(*[1.0] * len(fields(Score))), n_trades=10)


def rule(bars: int) -> Genome:
    entry = Node("above", (Node("close"), Node("sma", (Node("close"), window(bars)))))
    return Genome(entry, Node("never"), Node("never"), Node("never"))


def test_each_child_competes_or_is_counted_with_the_reason_why_not():
    told = [
        (INITIAL, replace(SCORE, sharpe=2.0)),
        ("point", replace(SCORE, sharpe=5.0)),
        (INITIAL, replace(SCORE, sharpe=9.0, n_trades=9)),
        (INITIAL, Rejected(Reason.ZERO_VARIANCE)),
        ("point", Rejected(Reason.RUINED)),
        ("point", Rejected(Reason.RUINED)),
        (INITIAL, replace(SCORE, sharpe=3.0)),
    ]
    children = [child_of(rule(bars), made) for bars, (made, _) in zip((8, 12, 16, 24, 36, 48, 72), told, strict=True)]
    intake = take_in(4, children, [evaluation for _, evaluation in told], SETTINGS, DEFAULT_GOALS)
    assert [one.genotype_hash for one in intake.newcomers] == [children[place].genotype_hash for place in (0, 1, 6)]
    assert {one.generation for one in intake.newcomers} == {4}
    assert list(intake.rejections.items()) == [("limit: n_trades below 10", 1), ("ruined", 2), ("zero_variance", 1)]
    assert intake.best_fresh == 3.0


def test_nobody_who_was_bred_counts_as_drawn_afresh():
    intake = take_in(0, [child_of(rule(8), "point")], [replace(SCORE, sharpe=5.0)], SETTINGS, DEFAULT_GOALS)
    assert (len(intake.newcomers), intake.best_fresh) == (1, None)
