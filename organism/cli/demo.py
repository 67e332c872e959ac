"""`organism demo`: the whole foundry in about a minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli.common import (
    DEFAULT_HOME,
    LARGEST_SEED,
    HomeOption,
    JsonOption,
    WorkersOption,
    compile_once,
    create_home,
    now_utc,
    print_json,
    say,
)

if TYPE_CHECKING:
    from organism.report.data import LeaderboardRow, MarketSection


def demo(
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of both markets and both searches.")] = 1,
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    config: Annotated[Path | None, typer.Option(help="Search settings; default configs/demo.toml.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Evolve and judge on a planted and on an empty market.

    The planted market has a cause to be found, the empty one has nothing; both get the same budget.
    HOME/demo is made anew, also after Ctrl-C, which leaves nothing to go on
    with (exit 130).
    """
    from data.code_version import ROOT
    from data.settings import load_settings
    from organism.cli.expected import expected
    from organism.cli.interrupt import nothing_to_go_on_with
    from organism.cli.progress import evolution_progress, judging_progress
    from organism.configuration.kind import Kind
    from organism.demo import run_demo
    from organism.gauntlet.policy import GauntletPolicy
    from organism.settings import load_foundry_settings
    from organism.views.leaderboard import headline

    with nothing_to_go_on_with(str(home / "demo")):
        with expected(Kind.RUN, config):
            settings = load_foundry_settings(config or ROOT / "configs/demo.toml")
        # A home that cannot be made should be said before a minute of compiling, not after it.
        create_home(home / "demo" / "planted")
        compile_once()
        outcome = run_demo(
            settings,
            load_settings(GauntletPolicy, ROOT / "configs/gauntlet.toml"),
            home / "demo",
            seed=seed,
            workers=workers or settings.workers,
            now=now_utc(),
            progress=evolution_progress,
            judging=judging_progress,
        )
    if as_json:
        print_json(outcome.summary)
        return
    for section in outcome.sections:
        _print_section(section)
    say(f"\n{headline(outcome.sections)}")
    say(f"page: {outcome.report}    figures: {outcome.report.with_name('summary.json')}")


def _print_section(section: MarketSection) -> None:
    from organism.cli.tables import print_table

    say("")
    print_table(
        f"{section.name}: {section.description}",
        ("strategy", "verdict", "IS", "OOS", "WF", "drawdown", "trades", "remark"),
        [_cells(row) for row in section.rows[:8]],
    )
    best = section.rows[0] if section.rows else None
    if best is not None:
        say(f"\n{best.strategy_id}:\n{best.rule}")


def _cells(row: LeaderboardRow) -> tuple[str, ...]:
    sharpes = (row.in_sample_sharpe, row.out_of_sample_sharpe, row.walk_forward_sharpe)
    return (
        row.strategy_id,
        row.verdict,
        *("sealed" if value is None else f"{value:.2f}" for value in sharpes),
        "" if row.max_drawdown is None else f"{100 * row.max_drawdown:.1f}%",
        str(row.n_trades),
        row.remark,
    )
