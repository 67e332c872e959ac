"""What the gate says: words first, then what was measured, then where the evidence is; or all of it as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from data.errors import DataError
from evolution.run.layout import list_runs
from organism.cli.common import note, print_json, say
from organism.cli.tables import print_chips, print_stages, print_warning
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.ledger import TrialCount
from organism.permutations import PermutationRecord, records_of
from organism.registry.evidence import read_pack
from organism.views.answers import GRADUATE, Answer, has_graduate
from organism.views.permutations import permutation_line
from organism.views.provenance import history_view
from organism.views.verdicts import verdict_view

OTHERS_SHOWN = 10


def check_evidence(place: Home, answers: Sequence[Answer]) -> None:
    """Refuse to answer on evidence that is missing or damaged.

    Raises
    ------
    DataError
        Naming the file.
    """
    for one in answers:
        read_pack(place.evidence, one.row.evidence_sha256)


def print_document(answers: Sequence[Answer], rules: GauntletPolicy, trials: TrialCount, place: Home) -> None:
    """Write the answers as one JSON document; `trials` is what the home had tried when they were given."""
    verdicts = []
    histories = {name: history_view(place, name) for name in {one.row.snapshot_id for one in answers}}
    for one in answers:
        verdicts.append(
            {
                **verdict_view(one.row),
                "answer": one.word,
                "run": one.strategy.run_id,
                "evidence": str(place.evidence / one.row.evidence_sha256),
                "report": page_command(one),
                "history": histories[one.row.snapshot_id],
            }
        )
    print_json(
        {
            "graduates": [one.strategy.id for one in answers if one.word == GRADUATE],
            "n_tried": trials.tried,
            "n_scored": trials.distinct,
            "lost_runs": list(trials.lost_runs),
            "policy_hash": rules.sha256(),
            "weaker_than_base": list(rules.weaknesses()),
            "permutations": [record.to_plain() for record in _permutations(place)],
            "verdicts": verdicts,
        }
    )


def print_answers(
    answers: Sequence[Answer], rules: GauntletPolicy, told: Sequence[Answer], trials: TrialCount, place: Home
) -> None:
    """Write the answers for people; those of `told` in full."""
    in_full = {one.strategy.id for one in told}
    others = [one for one in answers if one.strategy.id not in in_full]
    print_chips([(one.word, one.strategy.id, one.row.reason) for one in [*told, *others[:OTHERS_SHOWN]]])
    if others[OTHERS_SHOWN:]:
        say(f"and {_counted(others[OTHERS_SHOWN:])}; --all lists them")
    for one in told:
        say("")
        print_stages(one.word, one.strategy.id, one.row.reason, one.stages)
        say(f"evidence  {place.evidence / one.row.evidence_sha256}\nreport    {page_command(one)}")
    if answers:
        say("")
    for record in _permutations(place):
        say(permutation_line(record))
    if trials.lost_runs:
        print_warning("MORE RULES WERE TRIED", f"the trials of these runs are gone: {', '.join(trials.lost_runs)}")
    if rules.weaknesses():
        print_warning("WEAKER THAN THE BASE RULE", "; ".join(rules.weaknesses()))
    runs = ", ".join(sorted({one.strategy.run_id for one in answers})) or "no run"
    say(
        f"{len(answers)} judged of {runs} (policy {rules.sha256()[:12]}); "
        f"{trials.tried:,} rules tried, {trials.distinct:,} of them scored"
    )
    if answers:
        say(_counted(answers))
    if not has_graduate(answers):
        say("nothing graduates")


def page_command(answer: Answer) -> str:
    """Return what to type for the page of a strategy."""
    return f"organism report {answer.strategy.id}"


def _counted(answers: Sequence[Answer]) -> str:
    """Return `1 GRADUATE, 3 WATCH`, in the order of the answers."""
    return ", ".join(f"{number} {word}" for word, number in Counter(one.word for one in answers).items())


def _permutations(place: Home) -> list[PermutationRecord]:
    """Return what is on record beside any run; an alarm that cannot be read keeps no answer back, and is named."""
    records: list[PermutationRecord] = []
    for folder in list_runs(place.runs):
        try:
            records += records_of(folder)
        except DataError as error:
            note(f"the permutations of run {folder.name} are not shown: {error}")
    return records
