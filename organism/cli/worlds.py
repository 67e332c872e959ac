"""`organism worlds`: what is true of the made worlds, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, compile_once, create_home, note, print_json, say
from organism.cli.interrupt import goes_on

app = typer.Typer(help="Prove what is true of the made worlds.", no_args_is_help=True)


@app.callback()
def worlds() -> None:
    """Prove what is true of the made worlds."""


@app.command()
@goes_on
def prove(
    home: HomeOption = DEFAULT_HOME,
    most_worlds: Annotated[
        int | None,
        typer.Option(
            "--worlds", min=2, help="Only so many worlds of each class, for a first look, which proves nothing."
        ),
    ] = None,
    page: Annotated[Path | None, typer.Option(help="Write the page here as well; such as docs/worlds.md.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that the worlds that promise nothing hold nothing.

    Rules that know the temptation of each kind of world trade in it for a thousand years. Worlds that promise nothing
    must leave them nothing after costs; exits 1 if one does not. Goes on where
    it was stopped. A part of the worlds (--worlds) proves nothing. Seeds and rules are fixed in the code.
    """
    from dataclasses import asdict

    from organism.cli.progress import proof_progress
    from organism.proof.classes import NULL_CLASSES
    from organism.proof.page import page as page_of
    from organism.proof.plan import tasks
    from organism.proof.plants import plant_rows
    from organism.proof.prove import ProofFolder, null_worlds, plant_worlds
    from organism.proof.prove import prove as prove_worlds
    from organism.proof.verdict import verdicts
    from organism.proof.words import N_QUESTIONS

    folder, wanted = ProofFolder(create_home(home).root / "worlds"), tasks(most_worlds)
    compile_once()
    with proof_progress() as watch:
        prove_worlds(folder, wanted, watch)
    classes = {item.name: null_worlds(folder, wanted, item.name) for item in NULL_CLASSES}
    found = verdicts(classes, N_QUESTIONS)
    plants = plant_rows(plant_worlds(folder, wanted))
    text = page_of(found, plants, "organism worlds prove" + (f" --worlds {most_worlds}" if most_worlds else ""))
    for path in (folder.path / "worlds.md", page):
        if path is not None:
            path.write_text(text)
    if as_json:
        classes_shown = [{**asdict(one), "n_planned": one.n_planned, "is_proven": one.is_proven} for one in found]
        print_json({"classes": classes_shown, "plants": [asdict(row) for row in plants]})
    else:
        say(text)
        say(f"page: {folder.path / 'worlds.md'}")
    open_ones = [one for one in found if one.is_null and not one.is_proven]
    if open_ones:
        note(
            f"nothing is proven yet: {len(open_ones)} of {len(found)} classes are not made in full; all of it takes: "
            "organism worlds prove"
        )
    raise typer.Exit(0 if all(one.is_null for one in found) else 1)
