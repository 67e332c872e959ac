"""What the gate says: words first, then what was measured, then where the evidence is; or all of it as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from evolution.run.layout import list_runs
from organism.cli.common import print_json, say
from organism.cli.tables import print_chips, print_stages, print_warning
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.ledger import count_trials
from organism.permutations import PermutationRecord, records_of
from organism.views.answers import GRADUATE, Answer, has_graduate
from organism.views.permutations import permutation_line
from organism.views.provenance import history_view
from organism.views.verdicts import verdict_view

OTHERS_SHOWN = 10


def print_document(answers: Sequence[Answer], rules: GauntletPolicy, pages: Mapping[str, Path], place: Home) -> None:
    """Write the answers as one JSON document; `pages` by strategy id."""
    verdicts = []
    histories = {name: history_view(place, name) for name in {one.row.snapshot_id for one in answers}}
    for one in answers:
        page = pages.get(one.strategy.id)
        verdicts.append(
            {
                **verdict_view(one.row),
                "answer": one.word,
                "run": one.strategy.run_id,
                "evidence": str(place.evidence / one.row.evidence_sha256),
                "report": None if page is None else str(page),
                "history": histories[one.row.snapshot_id],
            }
        )
    print_json(
        {
            "graduates": [one.strategy.id for one in answers if one.word == GRADUATE],
            "n_trials": count_trials(place.runs).distinct,
            "policy_hash": rules.sha256(),
            "weaker_than_base": list(rules.weaknesses()),
            "permutations": [record.to_plain() for record in _permutations(place)],
            "verdicts": verdicts,
        }
    )


def print_answers(answers: Sequence[Answer], rules: GauntletPolicy, pages: Mapping[str, Path], place: Home) -> None:
    """Write the answers for people; whoever has a page is told in full."""
    told = [one for one in answers if one.strategy.id in pages]
    others = [one for one in answers if one.strategy.id not in pages]
    print_chips([(one.word, one.strategy.id, one.row.reason) for one in [*told, *others[:OTHERS_SHOWN]]])
    if others[OTHERS_SHOWN:]:
        say(f"and {_counted(others[OTHERS_SHOWN:])}; --all lists them")
    for one in told:
        say("")
        print_stages(one.word, one.strategy.id, one.row.reason, one.stages)
        say(f"evidence  {place.evidence / one.row.evidence_sha256}\nreport    {pages[one.strategy.id]}")
    if answers:
        say("")
    for record in _permutations(place):
        say(permutation_line(record))
    if rules.weaknesses():
        print_warning("WEAKER THAN THE BASE RULE", "; ".join(rules.weaknesses()))
    runs = ", ".join(sorted({one.strategy.run_id for one in answers})) or "no run"
    trials = count_trials(place.runs).distinct
    say(f"{len(answers)} judged of {runs} (policy {rules.sha256()[:12]}), {trials:,} genotypes tried")
    if answers:
        say(_counted(answers))
    if not has_graduate(answers):
        say("nothing graduates")


def _counted(answers: Sequence[Answer]) -> str:
    """Return `1 GRADUATE, 3 WATCH`, in the order of the answers."""
    return ", ".join(f"{number} {word}" for word, number in Counter(one.word for one in answers).items())


def _permutations(place: Home) -> list[PermutationRecord]:
    return [record for folder in list_runs(place.runs) for record in records_of(folder)]
