"""`organism validate`: the gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli import completion
from organism.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    WorkersOption,
    compile_once,
    note,
    now_utc,
    open_home,
)

if TYPE_CHECKING:
    from organism.gauntlet.policy import GauntletPolicy
    from organism.gauntlet.vault import Access

DEFAULT_POLICY = Path("configs/gauntlet.toml")
BASE_POLICY = Path("configs/gauntlet-base.toml")


def validate(  # noqa: PLR0913, PLR0917 - the options of a verb
    name: Annotated[
        str | None,
        typer.Argument(
            help="Run, or strategy id (or its beginning), to judge and to answer for; default: all.",
            autocompletion=completion.runs_and_strategies,
        ),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="Rules of the gauntlet; default configs/gauntlet.toml. `base`: Sharpe above 2 and drawdown below "
            "10 % alone."
        ),
    ] = None,
    weaker: Annotated[
        bool, typer.Option("--weaker-than-base", help="Allow rules below Sharpe 2 or above 10 % drawdown.")
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
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge what is in testing; exit 0 if any of it graduated.

    Exit 1 if none did. With a name the answer is about that run or that
    strategy alone; without one, about the runs that this call has judged or,
    if nothing was left to judge, those judged last: the same call again gives
    the same answer. Graduates of other runs, or of other rules, do not count.
    Nothing is opened twice. What is behind a verdict is one page that
    `organism report ID` writes.

    With --permutations the whole search of a run is repeated on its in-sample
    bars in another order, to say whether it found more than it finds in
    nothing. That is an alarm and decides nothing. It goes on where it was
    stopped. NAME says which run, unless there is only one.

    The rules of configs/gauntlet.toml may open the held-out bars of your
    history. Other rules (--policy) are work on the foundry itself: they judge
    made worlds, and real history only with --open-vault. What they open counts
    against the budget of that time like any other opening, and all evidence
    says how it came about.
    """
    from data.code_version import ROOT
    from organism.cli.answers import check_evidence, print_answers, print_document
    from organism.cli.permute import permute, plan_of
    from organism.gauntlet.judge import judge_testing
    from organism.gauntlet.recording import Judgement
    from organism.registry.states import LifecycleState
    from organism.registry.store import Registry
    from organism.views.answers import answers_to, has_graduate, question_about, told_in_full
    from organism.views.next_step import next_step

    place = open_home(home)
    rules = _rules(_policy_path(policy, ROOT), weaker=weaker)
    access = _access(rules, ROOT, open_vault=open_vault)
    judged: set[str] = set()

    def watch(judgement: Judgement) -> None:
        note(f"{judgement.verdict.value:6} {judgement.strategy_id}: {judgement.reason}")
        judged.add(judgement.run_id)

    with Registry.open(place.registry_path) as registry:
        question = question_about(place, registry, rules.sha256(), name)
        plan = plan_of(place, question.run_id, permutations, blocks)
        if registry.submitted(states=[LifecycleState.TESTING], run_id=question.run_id):
            compile_once()
        trials = judge_testing(
            place, registry, rules, now_utc(), watch, access=access, only_run=question.run_id, warn=note
        )
    if plan is not None:
        permute(plan, place, workers)
    with Registry.open(place.registry_path) as registry:
        answers = answers_to(question, registry, rules.sha256(), judged)
    told = answers if every else told_in_full(answers)
    check_evidence(place, told)
    if as_json:
        print_document(answers, rules, trials, place)
    else:
        print_answers(answers, rules, told, trials, place)
    if not answers:
        note(next_step(place, question))
    raise typer.Exit(0 if has_graduate(answers) else 1)


def _policy_path(policy: Path | None, root: Path) -> Path:
    if policy is None:
        return root / DEFAULT_POLICY
    return root / BASE_POLICY if policy == Path("base") else policy


def _rules(source: Path, *, weaker: bool) -> GauntletPolicy:
    """Return the rules of a file, which may be weaker than the base rule only if that was asked for."""
    from data.errors import ConfigError
    from data.settings import load_settings
    from organism.cli.expected import expected
    from organism.configuration.kind import Kind
    from organism.gauntlet.policy import GauntletPolicy
    from organism.gauntlet.stages.programme import check_left_out

    with expected(Kind.GAUNTLET, source):
        rules = load_settings(GauntletPolicy, source)
        check_left_out(rules, str(source))
    if rules.weaknesses() and not weaker:
        raise ConfigError(
            f"{source} is weaker than the base rule ({'; '.join(rules.weaknesses())}): raise it, or say "
            "--weaker-than-base, which every piece of evidence will then say too"
        )
    return rules


def _access(rules: GauntletPolicy, root: Path, *, open_vault: bool) -> Access:
    """Return which held-out bars these rules may open."""
    from data.settings import load_settings
    from organism.gauntlet.policy import GauntletPolicy
    from organism.gauntlet.vault import Access

    if rules == load_settings(GauntletPolicy, root / DEFAULT_POLICY):
        return Access.CONFIGURED
    return Access.OPEN if open_vault else Access.MADE
