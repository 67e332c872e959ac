"""`organism validate`: the gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    WorkersOption,
    note,
    now_utc,
    open_home,
    print_json,
    say,
)

if TYPE_CHECKING:
    from organism.gauntlet.judge import Judgement

DEFAULT_POLICY = Path("configs/gauntlet.toml")
BASE_POLICY = Path("configs/gauntlet-base.toml")


def validate(  # noqa: PLR0913, PLR0917 - the options of a verb
    home: HomeOption = DEFAULT_HOME,
    policy: Annotated[
        Path | None,
        typer.Option(help="Rules of the gauntlet; default configs/gauntlet.toml. `base`: the bare Sharpe rule alone."),
    ] = None,
    weaker: Annotated[
        bool, typer.Option("--weaker-than-base", help="Allow rules below Sharpe 2 and above 10 % drawdown.")
    ] = False,
    open_vault: Annotated[
        bool,
        typer.Option(
            "--open-vault",
            help="Let rules other than configs/gauntlet.toml see held-out bars of real history, once and for good.",
        ),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Show the stages of every strategy, not only of the best.")
    ] = False,
    permutations: Annotated[
        int | None,
        typer.Option(min=1, help="Also search the run again on permuted bars, so often; 99 take 99 times as long."),
    ] = None,
    blocks: Annotated[
        int | None, typer.Option("--permutation-blocks", help="Bars that stay together: 24 (default) or 168.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="The run to permute; not needed where there is only one.")] = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge what is in testing; exit 0 if anything has graduated.

    Earlier verdicts are shown too; without a graduate the exit code is 1. Nothing is opened twice:
    a verdict on record is printed, not repeated.

    With --permutations the whole search of a run is repeated on its in-sample bars in another order, to
    say whether it found more than it finds in nothing. That is an alarm and decides nothing. It goes on
    where it was stopped.

    The rules of configs/gauntlet.toml may open the held-out bars of your history. Other rules (--policy) are work
    on the foundry itself: they judge made worlds, and real history only with --open-vault. What they open counts
    against the budget of that time like any other opening, and all evidence says how it came about.
    """
    from data.code_version import ROOT
    from data.errors import ConfigError
    from data.settings import load_settings
    from evolution.run.layout import list_runs
    from organism.cli.permute import permute, plan_of
    from organism.gauntlet.judge import judge_testing
    from organism.gauntlet.policy import GauntletPolicy
    from organism.gauntlet.stages.programme import check_left_out
    from organism.gauntlet.vault import Access
    from organism.ledger import count_trials
    from organism.permutations import records_of
    from organism.registry.states import GRADUATED
    from organism.registry.store import Registry
    from organism.views.permutations import permutation_line
    from organism.views.verdicts import verdict_view

    place = open_home(home)
    source = _policy_path(policy, ROOT)
    rules = load_settings(GauntletPolicy, source)
    check_left_out(rules, str(source))
    if rules.weaknesses() and not weaker:
        raise ConfigError(
            f"{source} is weaker than the base rule ({'; '.join(rules.weaknesses())}): raise it, or say "
            "--weaker-than-base, which every piece of evidence will then say too"
        )
    plan = plan_of(place, run, permutations, blocks)
    if rules == load_settings(GauntletPolicy, ROOT / DEFAULT_POLICY):
        access = Access.CONFIGURED
    elif open_vault:
        access = Access.OPEN
    else:
        access = Access.MADE
    with Registry.open(place.registry_path) as registry:
        judge_testing(place, registry, rules, now_utc(), _note_judgement, access=access)
        verdicts = [verdict_view(row) for row in registry.verdicts()]
        graduates = [strategy.id for strategy in registry.find(states=list(GRADUATED))]
    trials = count_trials(place.runs).distinct
    if plan is not None:
        permute(plan, place, workers)
    records = [record for folder in list_runs(place.runs) for record in records_of(folder)]
    if as_json:
        plain = [record.to_plain() for record in records]
        print_json({"graduates": graduates, "n_trials": trials, "permutations": plain, "verdicts": verdicts})
    else:
        _print(verdicts, graduates, trials, every)
        for record in records:
            say(permutation_line(record))
    raise typer.Exit(0 if graduates else 1)


def _policy_path(policy: Path | None, root: Path) -> Path:
    if policy is None:
        return root / DEFAULT_POLICY
    return root / BASE_POLICY if policy == Path("base") else policy


def _note_judgement(judgement: Judgement) -> None:
    note(f"{judgement.verdict.value:6} {judgement.strategy_id}: {judgement.reason}")


def _print(verdicts: list[dict[str, object]], graduates: list[str], trials: int, every: bool) -> None:
    from organism.cli.tables import print_stages

    reached = sorted(verdicts, key=lambda v: (-len(list(v["stages"])), v["id"]))  # type: ignore[call-overload]
    for verdict in reached if every else reached[:5]:
        print_stages(verdict)
        say("")
    counts = {name: sum(v["verdict"] == name for v in verdicts) for name in ("Pass", "Watch", "Kill")}
    say(
        f"{len(verdicts)} judged out of {trials} genotypes tried: {counts['Pass']} passed, {counts['Watch']} on watch, "
        f"{counts['Kill']} killed"
    )
    say(f"graduates: {', '.join(graduates)}" if graduates else "nothing graduates")
