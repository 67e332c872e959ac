"""`organism data splice`: one long market from several venues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say


def splice(
    recipe: Annotated[Path, typer.Argument(help="Recipe: which venue from when to when (docs/history.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure and report, and keep nothing.")] = False,
    page: Annotated[Path | None, typer.Option("--page", help="Write one HTML page to this file too.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Make one long market of a coin from several venues.

    Where one venue takes over from another their closes are compared; a joint that breaks a limit is refused, nothing
    is kept, and the exit code is 1. The result is kept as of the venue splice-NAME, beside the histories it is from.
    """
    from data.durable import check_named, write_named
    from data.lake import Lake
    from data.splice.build import splice as made_from
    from data.splice.keeping import keep
    from data.splice.recipe import read_recipe
    from organism.cli.expected import expected
    from organism.configuration.kind import Kind
    from organism.report.splice_page import splice_page
    from organism.views.splice import splice_json, splice_lines

    if page is not None:
        # Before anything is kept.
        check_named(page)
    with expected(Kind.SPLICE, recipe):
        wanted = read_recipe(recipe)
    lake = Lake(open_home(home).lake)
    made = made_from(wanted, lake)
    kept = None if dry_run or made.problems else keep(lake, made)
    if page is not None:
        write_named(page, splice_page(made, kept).encode("utf-8"))
    if as_json:
        print_json(splice_json(made, kept) | {"page": None if page is None else str(page)})
    else:
        say("\n".join(splice_lines(made, kept)))
        if page is not None:
            say(f"written to {page}")
    raise typer.Exit(1 if made.problems else 0)
