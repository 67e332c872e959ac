"""`organism doctor`: is everything in this home whole?"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say


def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Check that nothing in this home is damaged.

    Looks at registry, snapshots, evidence and trial segments; exits 1 if anything is damaged.
    """
    from data.errors import FoundryError
    from data.snapshot import SnapshotStore
    from organism.ledger import count_trials
    from organism.registry.evidence import read_pack

    place = open_home(home)
    findings: list[dict[str, str]] = []

    def check(what: str, look: Callable[[], object]) -> None:
        try:
            look()
            findings.append({"what": what, "state": "whole", "detail": ""})
        except FoundryError as error:
            findings.append({"what": what, "state": "damaged", "detail": str(error)})

    store = SnapshotStore(place.snapshots)
    for name in _hash_names(place.snapshots):
        check(f"snapshot {name[:12]}", partial(store.open, name))
    check("trial segments", lambda: count_trials(place.runs))
    packs = set(_hash_names(place.evidence))
    if place.registry_path.exists():
        # A pack that a verdict names and nobody finds is damage too.
        check("registry", lambda: packs.update(_packs_of_verdicts(place.registry_path)))
    for name in sorted(packs):
        check(f"evidence {name[:12]}", partial(read_pack, place.evidence, name))
    damaged = [finding for finding in findings if finding["state"] == "damaged"]
    if as_json:
        print_json(findings)
    else:
        for finding in damaged:
            say(f"damaged: {finding['what']}: {finding['detail']}")
        say(f"{len(findings) - len(damaged)} of {len(findings)} parts are whole")
    raise typer.Exit(1 if damaged else 0)


def _hash_names(folder: Path) -> list[str]:
    """Return the contents named by a sha256; what a kill left half written has another name, and no claim."""
    return sorted(path.name for path in folder.glob("*") if re.fullmatch("[0-9a-f]{64}", path.name))


def _packs_of_verdicts(path: Path) -> list[str]:
    from organism.registry.store import Registry

    with Registry.open(path) as registry:
        return [row.evidence_sha256 for row in registry.verdicts()]
