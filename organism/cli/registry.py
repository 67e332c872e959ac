"""`organism registry`: what is kept, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, now_utc, open_home, print_json, say

app = typer.Typer(help="Strategies and their lives; retire, export, back up.")
IdArgument = Annotated[
    str, typer.Argument(help="Strategy id, or the beginning of one.", autocompletion=completion.strategies)
]


@app.command("list")
def list_all(
    home: HomeOption = DEFAULT_HOME,
    state: Annotated[str | None, typer.Option(help="Only this state: testing, candidate, rejected, ...")] = None,
    as_json: JsonOption = False,
) -> None:
    """List strategies with their state.

    A graduate of rules weaker than the base rule, or of --open-vault, is marked.
    """
    from data.errors import ConfigError
    from organism.registry.states import LifecycleState
    from organism.registry.store import Registry
    from organism.report.table import known
    from organism.views.stamps import stamps_of_strategy
    from organism.views.verdicts import strategy_row

    if state is not None and state not in list(LifecycleState):
        raise ConfigError(f"state {state!r} is unknown; allowed are {', '.join(LifecycleState)}")
    place = open_home(home)
    with Registry.read(place.registry_path) as registry:
        found = registry.find(states=[LifecycleState(state)] if state else None)
    rows = [{**strategy_row(one), "stamps": dict(stamps_of_strategy(place.evidence, one))} for one in found]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        sharpe = known(row["in_sample_sharpe"])
        say(f"{row['id']:24} {row['state']:12} in-sample Sharpe {sharpe:>6}  {row['run']}{_marks(row['stamps'])}")
    if not rows:
        say("no strategies" + (f" in state {state}" if state else " yet: organism evolve start configs/demo.toml"))


def _marks(stamps: Iterable[str]) -> str:
    return "".join(f"  [{mark}]" for mark in stamps)


@app.command("show")
def show(strategy_id: IdArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Show one strategy: rule, explanation, verdicts, events."""
    from evolution.genome.codec import from_json
    from evolution.genome.explain import explain
    from organism.cli.tables import print_stages, print_warning
    from organism.gauntlet.verdict import StageResult
    from organism.registry.store import Registry
    from organism.views.answers import answer_word
    from organism.views.provenance import history_lines, history_view
    from organism.views.stamps import stamps_on_record
    from organism.views.verdicts import strategy_view, verdict_view

    place = open_home(home)
    with Registry.read(place.registry_path) as registry:
        strategy = registry.get(strategy_id)
        verdicts = [
            {**verdict_view(row), "stamps": dict(stamps_on_record(place.evidence, row.evidence_sha256))}
            for row in registry.verdicts(strategy_id=strategy.id)
        ]
        events = [
            {"at": e.at.isoformat(), "from": e.from_state, "to": e.to_state.value, "reason": e.reason}
            for e in registry.events(strategy.id)
        ]
        submitted = registry.submitted(strategy_id=strategy.id)
    if as_json:
        history = history_view(place, strategy.snapshot_id)
        again = [{"run": one.run_id, "snapshot_id": one.snapshot_id} for one in submitted]
        print_json(
            {**strategy_view(strategy), "submitted": again, "verdicts": verdicts, "events": events, "history": history}
        )
        return
    say(f"{strategy.id}  {strategy.state.value}\n\n{strategy.rendered}\n\n{explain(from_json(strategy.genome_json))}\n")
    for verdict in verdicts:
        word = answer_word(verdict["verdict"], strategy.state.value)
        print_stages(word, strategy.id, verdict["reason"], [StageResult.from_plain(s) for s in verdict["stages"]])
        say(f"policy {verdict['policy_hash'][:12]}")
        for mark, sentence in verdict["stamps"].items():
            print_warning(mark.upper(), sentence)
        say("")
    for line in history_lines(place, strategy.snapshot_id, ()):
        say(line)
    for event in events:
        say(f"{event['at']}  {event['to']:12} {event['reason']}")
    for one in submitted:
        if one.run_id != strategy.run_id:
            say(f"found again by run {one.run_id}, on snapshot {one.snapshot_id[:12]}")


@app.command("lineage")
def lineage(strategy_id: IdArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Show the genotypes that a strategy descends from.

    With the run's own folder at hand also its descendants, siblings, and the figures of each. The dashboard lays
    every child beside its parent; `organism evolve compare` does so for two.
    """
    from organism.desk import lineage as desk
    from organism.registry.store import Registry
    from organism.views.plain import to_plain

    place = open_home(home)
    with Registry.read(place.registry_path) as registry:
        strategy = registry.get(strategy_id)
        ancestors = registry.ancestors(strategy.genotype_hash)
    family = None
    if (place.runs / strategy.run_id / "manifest.json").exists():
        family = desk.family(place, strategy.run_id, strategy.genotype_hash)
    if as_json:
        answer = {"id": strategy.id, "operator": strategy.operator, "ancestors": ancestors}
        print_json({**answer, "family": to_plain(family)})
        return
    say(f"{strategy.id} was made by {strategy.operator} from {len(strategy.parents)} parents")
    if family is None:
        for genotype in ancestors:
            say(f"  {genotype}")
        return
    say(
        f"{family.n_descendants} descendants, {family.n_siblings} siblings, "
        f"{family.n_ancestors} ancestors, nearest first:"
    )
    for row in family.ancestors:
        figures = "without fitness" if row.sharpe is None else f"Sharpe {row.sharpe:6.2f}"
        say(f"  {row.genotype[:16]}  {row.distance:3} up  generation {row.generation}  {row.operator:10} {figures}")


@app.command("retire")
def retire(
    strategy_id: IdArgument,
    reason: Annotated[str, typer.Option(help="Why; it is kept for ever.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Retire a strategy for good.

    A graduate, or one in quarantine, is dead then. One that waits in testing is given up: it is rejected.
    """
    from organism.registry.states import LifecycleState
    from organism.registry.store import Registry

    with Registry.open(open_home(home).registry_path) as registry:
        strategy = registry.get(strategy_id)
        to = LifecycleState.REJECTED if strategy.state is LifecycleState.TESTING else LifecycleState.DEAD
        registry.transition(strategy.id, expected=strategy, to=to, reason=reason, now=now_utc())
    if as_json:
        print_json({"id": strategy.id, "state": to.value, "reason": reason})
        return
    say(f"{strategy.id} is {'given up' if to is LifecycleState.REJECTED else 'retired'}")


@app.command("backup")
def backup(
    to: Annotated[Path, typer.Argument(help="A new file.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Copy the registry into a new file, also while a job runs."""
    from organism.registry.backup import backup_registry

    backup_registry(open_home(home).registry_path, to)
    if as_json:
        print_json({"path": str(to)})
        return
    say(f"registry copied to {to}; put it back with: organism registry restore {to}")


@app.command("restore")
def restore(
    backup: Annotated[Path, typer.Argument(help="A file made with `organism registry backup`.")],
    home: HomeOption = DEFAULT_HOME,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget", help="Also in the place of a registry that is whole and knows more, or cannot be read now."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a copy back in the place of a damaged registry.

    The files of the registry are moved aside. Verdicts since the copy was made are forgotten, so make copies often; of
    the openings of the vault those are put on record again that evidence proves. A registry that is whole and knows
    more than the copy is left as it is.
    """
    from organism.handed_over import forgotten_runs
    from organism.registry.backup import restore_registry
    from organism.registry.store import Registry

    place = open_home(home)
    done = restore_registry(place.registry_path, backup, forget=forget)
    with Registry.read(place.registry_path) as registry:
        forgotten = list(forgotten_runs(place, {one.genotype_hash for one in registry.find()}))
    if as_json:
        print_json(
            {
                "moved_aside": [str(path) for path in done.moved_aside],
                "n_strategies": done.n_strategies,
                "newest_event": done.newest_event,
                "n_proven_openings": done.n_proven,
                "forgotten_runs": [one.run for one in forgotten],
            }
        )
        return
    for path in done.moved_aside:
        say(f"moved aside: {path}")
    since = done.newest_event or "its beginning"
    say(f"registry of {done.n_strategies} strategies is back; whatever followed {since} is forgotten")
    if done.n_proven:
        say(f"{done.n_proven} openings of the vault that evidence proves are on record again")
    for one in forgotten:
        say(f"{one}; to hand them over again: {one.remedy}")


@app.command("export")
def export(
    strategy_id: IdArgument,
    to: Annotated[Path, typer.Option("--to", help="File to write the genome to; - is stdout.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Write a strategy's genome as canonical JSON.

    One line, so that files put one behind the other are a file for `evolve start --warm-start`. The sha256 of the line
    without its end is the genotype hash.
    """
    from organism.cli.page_format import hand_out, refuse_two_documents
    from organism.registry.store import Registry

    if as_json:
        refuse_two_documents(to)
    with Registry.read(open_home(home).registry_path) as registry:
        strategy = registry.get(strategy_id)
    if not hand_out(f"{strategy.genome_json}\n", to):
        return
    if as_json:
        print_json({"id": strategy.id, "genotype_hash": strategy.genotype_hash, "path": str(to)})
        return
    say(f"{strategy.id} written to {to}")
