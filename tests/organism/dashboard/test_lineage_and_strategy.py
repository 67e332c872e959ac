"""The screens of a lineage and of a strategy, on a run of a few generations."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from textual.widgets import Input, OptionList, TabbedContent

from evolution.run.layout import list_runs
from organism.dashboard.choose import Choose
from organism.dashboard.lineage_screen import COMPUTING, LineageScreen
from organism.dashboard.rows import Rows
from organism.dashboard.strategy_screen import StrategyScreen
from organism.home import Home
from organism.permutations.planning import plan_permutations
from organism.permutations.result import PermutedSearch
from tests.organism.dashboard.telling import LARGE, tell, text

Until = Callable[..., Awaitable[None]]


def screen_of(app: Any) -> LineageScreen:
    assert isinstance(app.screen, LineageScreen)
    return app.screen


def test_a_parent_stands_beside_its_child(home: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "genomes" in text(app, "#lineage-status"))
        await pilot.press("slash")
        app.screen.query_one(Input).value = "constant kept"
        await pilot.press("enter")
        await until(pilot, lambda: "of 96 genomes" in text(app, "#lineage-status"))
        await until(pilot, lambda: "made by constant" in text(app, "#beside-text"))
        await until(pilot, lambda: "equities" in text(app, "#beside-text"))
        said = text(app, "#beside-text")
        assert "evidence" in said
        assert "shifted" in said
        child = screen_of(app).row
        assert child is not None
        await pilot.press("u")
        await until(pilot, lambda: "showing parents" in text(app, "#lineage-status"))
        assert screen_of(app).row == child
        await pilot.press("down", "a")
        await until(pilot, lambda: "showing ancestors" in text(app, "#lineage-status"))
        parent = screen_of(app).row
        assert parent is not None
        assert parent.genotype != child.genotype
        await pilot.press("d")
        await until(pilot, lambda: "showing descendants" in text(app, "#lineage-status"))
        assert child.genotype[:8] in {row.genotype[:8] for row in screen_of(app)._rows}
        await pilot.press("backspace")
        await until(pilot, lambda: "showing ancestors" in text(app, "#lineage-status"))

    tell(home, story, LARGE)


def test_an_answer_about_another_pair_is_not_shown(home: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "96 of 96 genomes" in text(app, "#lineage-status"))
        await pilot.press("slash")
        app.screen.query_one(Input).value = "constant kept"
        await pilot.press("enter")
        await until(pilot, lambda: COMPUTING in text(app, "#beside-text"))
        screen = screen_of(app)
        asked = screen._comparison
        assert asked is not None
        assert asked.before is not None
        # Its other parent comes in front before the trades of this one are known.
        other = replace(asked, before=replace(asked.before, genotype="0" * 64))
        screen._comparison, screen._behaviour = other, "of the other parent"
        for worker in [one for one in app.workers if one.group == "behaviour" and not one.is_finished]:
            await worker.wait()
        assert screen._behaviour == "of the other parent"

    tell(home, story, LARGE)


def test_who_had_a_part_first(home: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "96 of 96 genomes" in text(app, "#lineage-status"))
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: "the first on top" in text(app, "#lineage-status"))
        generations = [row.generation for row in screen_of(app)._rows]
        assert generations == sorted(generations)

    tell(home, story)


def test_a_search_that_finds_nobody_or_is_wrong_says_what_to_do(home: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "96 of 96" in text(app, "#lineage-status"))
        for words, said in (("sharpe>99", "0 of 96 genomes"), ("[b]", "allowed are operators")):
            await pilot.press("slash")
            app.screen.query_one(Input).value = words
            await pilot.press("enter")
            await until(pilot, lambda said=said: said in text(app, "#lineage-status"))
        assert app.screen.query_one("#genomes", Rows).place is None

    tell(home, story)


def test_a_desk_that_dies_is_started_again(home: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "96 of 96" in text(app, "#lineage-status"))
        first = app.desk._process.pid
        os.kill(first, signal.SIGKILL)
        await pilot.press("slash")
        app.screen.query_one(Input).value = "generation=0"
        await pilot.press("enter")
        # Whoever asks before the end is noticed is told, and asks again.
        await until(
            pilot, lambda: "24 of 96" in text(app, "#lineage-status") or "ended" in text(app, "#lineage-status")
        )
        await pilot.press("slash", "enter")
        await until(pilot, lambda: "24 of 96" in text(app, "#lineage-status"))
        assert app.desk._process.pid != first

    tell(home, story)


def test_a_strategy_that_was_not_judged_has_a_rule_and_trades(home: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("3")
        await until(pilot, lambda: "not judged yet" in text(app, "#strategy-head"))
        assert isinstance(app.screen, StrategyScreen)
        assert "Decisions are taken at the close" in text(app, "#strategy-rule")
        assert "organism validate" in text(app, "#strategy-gates")
        await until(pilot, lambda: "round trips in sample" in text(app, "#strategy-trades"))
        await pilot.press("left")
        assert app.screen.query_one("#tabs", TabbedContent).active == "tab-trades"
        before = text(app, "#strategy-head")
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        app.screen.query_one(OptionList).highlighted = 3
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StrategyScreen) and text(app, "#strategy-head") != before)

    tell(home, story)


def test_the_alarms_of_a_permuted_run_stand_below_the_gates(home: Home, until: Until) -> None:
    [run] = list_runs(home.runs)
    plan = plan_permutations(run, home, 2, 24)
    for number in range(2):
        # Higher than any rule: both permuted searches have found more than the run.
        PermutedSearch(number, plan.seed_of(number), 99.0 + number, 1, 0.1).save(plan)

    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("3")
        await until(pilot, lambda: "alarms of its run" in text(app, "#strategy-gates"))
        said = text(app, "#strategy-gates")
        assert "Alarm, not a gate: searched again on its in-sample bars in another order (2 times" in said
        assert "the best in-sample Sharpe ratio is 99.00 to 100.00" in said
        assert "p = 1.000" in said

    tell(home, story)


def test_a_judged_strategy_shows_its_gates_and_what_is_sealed(judged: Home, until: Until) -> None:
    async def story(app: Any, pilot: Any) -> None:
        await pilot.press("3")
        await until(pilot, lambda: "GRADUATE" in text(app, "#strategy-head"))
        assert "Annual Sharpe ratio of pooled equity on the 60 % that search has seen" in text(app, "#strategy-gates")
        assert "registered together" in text(app, "#strategy-gates")
        assert "OOS" in text(app, "#strategy-equity")
        assert "rules had been tried" in text(app, "#strategy-rule")
        # The rules of this home were never bred here.
        await until(pilot, lambda: "does not exist" in text(app, "#strategy-trades"))
        app.show_strategy("opposite_0_")
        await until(pilot, lambda: "sealed. The vault has not opened it" in text(app, "#strategy-equity"))
        assert "KILL" in text(app, "#strategy-head")

    tell(judged, story, LARGE)
