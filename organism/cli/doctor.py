"""`organism doctor`: is everything in this home whole?"""

from __future__ import annotations

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say


def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Check that nothing in this home is damaged.

    Reads every file of history, snapshots, runs, registry and evidence, and says for each that is damaged how to
    get it back; exits 1 if any is. Nothing is changed.
    """
    from dataclasses import asdict

    from organism.doctor import DAMAGED, LEFTOVER, examine_home

    findings = examine_home(open_home(home))
    n_damaged = sum(finding.state == DAMAGED for finding in findings)
    n_leftover = sum(finding.state == LEFTOVER for finding in findings)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            if finding.remedy:
                say(f"{finding.state}: {finding.what}: {finding.detail}\n  to do: {finding.remedy}")
        n_parts = len(findings) - n_leftover
        say(f"{n_parts - n_damaged} of {n_parts} parts are whole" + (f", {n_leftover} leftovers" * bool(n_leftover)))
    raise typer.Exit(1 if n_damaged else 0)
