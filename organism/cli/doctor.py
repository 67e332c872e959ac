"""`organism doctor`: is everything in this home whole?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say


def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Check registry, snapshots, evidence and trial segments; exit 1 if anything is damaged."""
    from data.errors import FoundryError
    from data.snapshot import SnapshotStore
    from organism.ledger import count_trials
    from organism.registry.evidence import read_pack
    from organism.registry.store import Registry

    place = open_home(home)
    findings: list[dict[str, str]] = []

    def check(what: str, look: Callable[[], object]) -> None:
        try:
            look()
            findings.append({"what": what, "state": "whole", "detail": ""})
        except FoundryError as error:
            findings.append({"what": what, "state": "damaged", "detail": str(error)})

    store = SnapshotStore(place.snapshots)
    for snapshot in store.list():
        check(f"snapshot {snapshot.id[:12]}", partial(store.open, snapshot.id))
    check("trial segments", lambda: count_trials(place.runs))
    if place.registry_path.exists():
        check("registry", lambda: Registry.open(place.registry_path).close())
        for folder in sorted(place.evidence.iterdir()) if place.evidence.exists() else ():
            check(f"evidence {folder.name[:12]}", partial(read_pack, place.evidence, folder.name))
    damaged = [finding for finding in findings if finding["state"] == "damaged"]
    if as_json:
        print_json(findings)
    else:
        for finding in damaged:
            say(f"damaged: {finding['what']}: {finding['detail']}")
        say(f"{len(findings) - len(damaged)} of {len(findings)} parts are whole")
    raise typer.Exit(1 if damaged else 0)
