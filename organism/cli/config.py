"""`organism config`: what a configuration file says, and what it leaves to the defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organism.cli.common import JsonOption, print_json, say
from organism.configuration.kind import Kind

app = typer.Typer(help="Show a configuration resolved, or the schema of a kind.")
KINDS = ", ".join(Kind)
KEYS = "docs/configuration.md"
"""Where it is told what each key means."""


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A configuration file, such as configs/demo.toml.")],
    kind: Annotated[Kind | None, typer.Option(help="What it is, where its keys do not tell.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print a file with every default filled in.

    What is printed is TOML that reads as the same settings; each line says whether the file gives the value or it is
    the default. A key that is unknown is refused with the nearest that there is.
    """
    from organism.configuration.entries import given_names, toml_lines
    from organism.configuration.kinds import read_configuration

    found = read_configuration(file, kind)
    named = found.hash()
    if as_json:
        print_json(
            {
                "file": str(file),
                "kind": found.kind.value,
                "hash": None if named is None else named[1],
                "settings": found.settings.model_dump(mode="json"),
                "given": sorted(given_names(found.settings)),
                "grammar_file": found.grammar_file,
            }
        )
        return
    say(f"#:schema ./schema/{found.kind}.json\n# {found.kind} configuration of {file}; each key: {KEYS}")
    if named is not None:
        say(f"# {named[0]} {named[1]}")
    if found.grammar_file is not None:
        say(f"# [search.grammar] is what {found.grammar_file} says")
    say("\n".join(toml_lines(found.settings)))


@app.command("schema")
def schema(kind: Annotated[Kind, typer.Argument(help=f"One of {KINDS}.")]) -> None:
    """Print the JSON schema of a kind, for editors.

    The same is under configs/schema; the first line of each file of ours names it to an editor's TOML plugin.
    """
    from organism.configuration.schema import json_schema

    print_json(json_schema(kind))
