"""`organism replay`: the same numbers again, or not."""

from __future__ import annotations

from typing import Annotated

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, compile_once, open_home, print_json, say


def replay(
    strategy_id: Annotated[
        str, typer.Argument(help="Strategy id, or the beginning of one.", autocompletion=completion.strategies)
    ],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Measure a judged strategy again, compare every number.

    It is never a new opening of the vault. The exit code is 1 if a number differs.
    """
    from data.errors import ConfigError
    from organism.registry.store import Registry
    from organism.replay import replay as repeat

    place = open_home(home)
    with Registry.read(place.registry_path) as registry:
        strategy = registry.get(strategy_id)
        verdicts = registry.verdicts(strategy_id=strategy.id)
    if not verdicts:
        raise ConfigError(f"strategy {strategy.id} has no verdict yet; judge it with: organism validate")
    compile_once()
    found = repeat(place, verdicts[-1].evidence_sha256)
    if as_json:
        print_json({"id": found.strategy_id, "differences": list(found.differences), "same_code": found.same_code})
    else:
        say("every number agrees" if not found.differences else f"these differ: {', '.join(found.differences)}")
        if not found.same_code:
            say("the evidence was written by another version of the code")
    raise typer.Exit(1 if found.differences else 0)
