"""`organism data record`: keep what the venue says from now on."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, create_home, note, print_json, say
from organism.cli.interrupt import INTERRUPTED

if TYPE_CHECKING:
    import asyncio

    from organism.recording.patience import Patience


def record(
    coins: Annotated[str, typer.Option(help="Coins as the venue spells them: BTC,ETH.")],
    venue: Annotated[str, typer.Option(help="Where from: hyperliquid.")] = "hyperliquid",
    interval: Annotated[
        list[str] | None, typer.Option(help="Bar length, as often as wanted: 1m 5m 15m 30m 1h 2h 4h 8h 1d; else 1h.")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0.0, help="End after so long; else with Ctrl-C.")] = None,
    venue_url: Annotated[
        str | None, typer.Option(help="Address of a simulated venue, or of a test network; default: the real one.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Keep what the venue tells from now on, until Ctrl-C.

    Bars, asset contexts (mark and oracle price, open interest, funding), best bid and offer. What was lost in between
    is fetched again where the venue still has it, and listed where it has not.
    """
    from data.hyperliquid.rest import MAINNET_URL
    from organism.cli.progress import recording_progress
    from organism.recording.opening import Surroundings, Wanted
    from organism.recording.opening import record as record_it
    from organism.views.recorded import recorded_lines, recorded_view

    names = tuple(filter(None, (name.strip() for name in coins.split(","))))
    wanted = Wanted(names, tuple(interval or ["1h"]), venue, venue_url or MAINNET_URL, hours)
    place = create_home(home)
    with recording_progress() as watch:
        recorded = record_it(place.lake, wanted, Surroundings(ready=_end_by_signal, watch=watch, note=note))
    if as_json:
        print_json(recorded_view(recorded))
    else:
        say("\n".join(recorded_lines(recorded, wanted)))
    if hours is not None and recorded.to_ms - recorded.from_ms < hours * 3_600_000:
        raise typer.Exit(INTERRUPTED)


def _end_by_signal(stop: asyncio.Event, patience: Patience) -> None:
    """End with Ctrl-C or SIGTERM: the first lets everything come into the lake, the second waits for no venue."""
    import asyncio

    def end() -> None:
        note("ending: what was recorded is brought into the lake; again to wait for the venue no longer")
        stop.set()
        patience.end()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
