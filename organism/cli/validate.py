"""`organism validate`: the gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, note, now_utc, open_home, print_json, say

if TYPE_CHECKING:
    from organism.gauntlet.judge import Judgement

DEFAULT_POLICY = Path("configs/gauntlet.toml")
BASE_POLICY = Path("configs/gauntlet-base.toml")


def validate(
    home: HomeOption = DEFAULT_HOME,
    policy: Annotated[
        Path | None,
        typer.Option(help="Rules of the gauntlet; default configs/gauntlet.toml. `base`: the bare Sharpe rule alone."),
    ] = None,
    weaker: Annotated[
        bool, typer.Option("--weaker-than-base", help="Allow rules below Sharpe 2 and above 10 % drawdown.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Show the stages of every strategy, not only of the best.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Judge what is in testing; exit 0 if anything has graduated.

    Earlier verdicts are shown too; without a graduate the exit code is 1. Nothing is opened twice:
    a verdict on record is printed, not repeated.
    """
    from data.code_version import ROOT
    from data.errors import ConfigError
    from data.settings import load_settings
    from organism.gauntlet.judge import judge_testing
    from organism.gauntlet.policy import GauntletPolicy
    from organism.gauntlet.stages.programme import check_left_out
    from organism.ledger import count_trials
    from organism.registry.states import GRADUATED
    from organism.registry.store import Registry
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
    with Registry.open(place.registry_path) as registry:
        judge_testing(place, registry, rules, now_utc(), _note_judgement)
        verdicts = [verdict_view(row) for row in registry.verdicts()]
        graduates = [strategy.id for strategy in registry.find(states=list(GRADUATED))]
    trials = count_trials(place.runs).distinct
    if as_json:
        print_json({"graduates": graduates, "n_trials": trials, "verdicts": verdicts})
    else:
        _print(verdicts, graduates, trials, every)
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
