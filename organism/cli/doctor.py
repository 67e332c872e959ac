"""`organism doctor`: is this machine fit for the work, and is everything in this home whole?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, now_utc, open_home, print_json, say

if TYPE_CHECKING:
    from organism.finding import Finding


def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Check the machine, and that nothing in this home is damaged.

    Of the machine: Python, packages, compiled code, cores, memory, disk, clock and the configurations of the project.
    Of the home: everything that a result rests on: history, snapshots, each run's manifest, checkpoint, trials and
    outcome, registry, evidence. Whatever is not as it should be is named with what to do about it; exits 1 if
    something is damaged, could not be read, or will fail. Nothing is changed, and nothing is asked of any network.
    """
    from dataclasses import asdict

    from organism.finding import DAMAGED, UNREAD, WRONG
    from organism.surroundings import examine_machine

    # Whoever has just installed the program has no home yet; a home that was named has to be there.
    place = None if home == DEFAULT_HOME and not home.exists() else open_home(home)
    machine = examine_machine(home if place is None else place.root, os.environ, now_utc())
    parts: list[Finding] = []
    if place is not None:
        from organism.doctor import examine_home

        parts = examine_home(place)
    if as_json:
        print_json([asdict(finding) for finding in [*machine, *parts]])
    else:
        _say_machine(machine)
        if place is not None:
            _say_home(place.root, parts)
    raise typer.Exit(1 if any(finding.state in (DAMAGED, UNREAD, WRONG) for finding in [*machine, *parts]) else 0)


def _say_machine(findings: Sequence[Finding]) -> None:
    for finding in findings:
        say(f"{finding.state:5} {finding.what}: {finding.detail}" + _to_do(finding))


def _say_home(root: Path, findings: Sequence[Finding]) -> None:
    from organism.finding import LEFTOVER, WHOLE

    n_whole = sum(finding.state == WHOLE for finding in findings)
    n_leftover = sum(finding.state == LEFTOVER for finding in findings)
    for finding in findings:
        if finding.remedy:
            say(f"{finding.state}: {finding.what}: {finding.detail}" + _to_do(finding))
    n_parts = len(findings) - n_leftover
    leftovers = f", {n_leftover} leftovers" if n_leftover else ""
    say(f"{root}: {n_whole} of {n_parts} parts are whole{leftovers}")


def _to_do(finding: Finding) -> str:
    return f"\n  to do: {finding.remedy}" if finding.remedy else ""
