"""`organism sweep`: a strategy among its neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, compile_once, open_home, print_json, say
from organism.cli.page_format import hand_out, is_stdout, refuse_two_documents
from organism.cli.validate import DEFAULT_POLICY


def sweep(
    strategy_id: Annotated[
        str, typer.Argument(help="Id of a strategy, or its beginning.", autocompletion=completion.strategies)
    ],
    home: HomeOption = DEFAULT_HOME,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Page to write; default HOME/reports/ID-sweep.html; -: stdout, instead of words."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn every number of a strategy, and count good neighbours.

    It says how many of them keep to the in-sample rules of configs/gauntlet.toml (Sharpe ratio and drawdown), at usual
    and at doubled costs, and what they come to coin by coin. Nothing is chosen, and nothing held out is opened.
    """
    from data.code_version import ROOT
    from data.durable import check_named
    from data.errors import ConfigError
    from data.settings import load_settings
    from data.snapshot import SnapshotStore
    from evolution.genome.codec import from_json
    from organism.cli.progress import campaign_progress
    from organism.gauntlet.examination import slices_for
    from organism.gauntlet.policy import GauntletPolicy
    from organism.registry.store import Registry
    from organism.report.sweep_page import sweep_page
    from organism.sweep.scenarios import sweep as measure
    from organism.sweep.words import coin_line, headline, plain, row_lines
    from organism.views.provenance import history_view

    if as_json:
        refuse_two_documents(to)
    place = open_home(home)
    with Registry.read(place.registry_path) as registry:
        strategy = registry.get(strategy_id)
    path = to or place.reports / f"{strategy.id}-sweep.html"
    if not is_stdout(path):
        # Before minutes of work are lost to it.
        check_named(path)
    snapshot = SnapshotStore(place.snapshots).open(strategy.snapshot_id)
    whole = snapshot.load()
    border = slices_for(whole.time_ms, whole.interval_ms, 0).in_sample.end_ms
    rules = load_settings(GauntletPolicy, ROOT / DEFAULT_POLICY)
    compile_once()
    with campaign_progress(f"sweep {strategy.id}", "rules") as watch:
        found = measure(from_json(strategy.genome_json), snapshot.prefix(border).load(), rules, watch)
    if found is None:
        raise ConfigError(f"strategy {strategy.id} never trades in sample, or never varies: there is nothing to sweep")
    history = history_view(place, strategy.snapshot_id)
    if not hand_out(sweep_page(found, strategy.id, strategy.rendered, history["said"]), path):
        return
    if as_json:
        document = plain(found, strategy.id, strategy.rendered, strategy.snapshot_id)
        print_json(document | {"path": str(path), "history": history})
        return
    say(f"{strategy.id}: {headline(found)}")
    say(f"by coin: {coin_line(found)}")
    for line in row_lines(found):
        say(line)
    say(f"written to {path}")
