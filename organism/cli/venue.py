"""`organism venue`: a simulated Hyperliquid on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli.common import (
    DEFAULT_HOME,
    LARGEST_SEED,
    HomeOption,
    JsonOption,
    note,
    now_utc,
    open_home,
    print_json,
    say,
)

if TYPE_CHECKING:
    from data.market import Universe
    from organism.venue_sim import VenueCounts

app = typer.Typer(help="Simulate the venue on this machine.", no_args_is_help=True)


@app.callback()
def venue() -> None:
    """Simulate the venue on this machine."""


@app.command()
def serve(  # noqa: PLR0913, PLR0917 - its options
    world: Annotated[str | None, typer.Option(help="Kind of made market to serve; planted unless --snapshot.")] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the made market, and of what the venue makes up.")
    ] = 1,
    years: Annotated[float, typer.Option(min=0.5, max=20.0, help="Length of the made market.")] = 1.0,
    snapshot: Annotated[str | None, typer.Option(help="Serve a snapshot of your home instead.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    speed: Annotated[float, typer.Option(min=0.0, help="Simulated seconds in a second; 0 stands still.")] = 60.0,
    faults: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Chance that a simulated minute brings a fault.")
    ] = 0.0,
    is_now: Annotated[
        bool, typer.Option("--now", help="Move the history by whole days, so that it opens at the present moment.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Serve market data like Hyperliquid until Ctrl-C.

    The venue opens when nine tenths of the history have happened; the rest happens while it runs. Candles, funding
    and contexts over `/info`, live feeds over `/ws`, the venue's limits in simulated time. Nothing is written.
    """
    import contextlib
    import sys
    import threading

    from data.intervals import utc_text
    from organism.venue_sim import FaultPlan, VenueClock, VenueSettings, VenueSimulator
    from organism.venue_sim.opening import brought_to, opening_ms

    universe = _universe(world, seed, years, snapshot, home)
    start_ms = opening_ms(universe)
    if is_now:
        start_ms = int(now_utc().timestamp() * 1000.0)
        universe = brought_to(universe, start_ms)
    clock = VenueClock(start_ms, speed)
    plan = FaultPlan(rate=faults, seed=seed)
    with VenueSimulator(universe, clock, VenueSettings(seed=seed), plan, port=port) as simulator:
        # Nothing is kept, and nothing is left to go on with: an interruption is the end that was asked for.
        with contextlib.suppress(KeyboardInterrupt):
            opens, ends = utc_text(start_ms), utc_text(int(universe.time_ms[-1]) + universe.interval_ms)
            if as_json:
                facts = {"url": simulator.url, "coins": list(universe.coins), "interval": universe.interval}
                print_json({**facts, "opens": opens, "ends": ends, "speed": speed})
            else:
                coins, pace = ", ".join(universe.coins), f"{speed:g} times as fast"
                say(f"{simulator.url} serves {universe.interval} of {coins} from {opens} to {ends}, {pace}")
                note("Ctrl-C ends it")
            sys.stdout.flush()
            threading.Event().wait()
        note(_counted(simulator.counts()))


def _universe(world: str | None, seed: int, years: float, snapshot: str | None, home: Path) -> Universe:
    from data.errors import ConfigError
    from data.market import Universe
    from data.snapshot import SnapshotStore
    from data.worlds import make_world

    if snapshot is None:
        return Universe("", make_world(world or "planted", seed, years=years).markets)
    if world is not None:
        raise ConfigError(f"--world {world} and --snapshot {snapshot} are two markets: give one of them")
    return SnapshotStore(open_home(home).snapshots).open(snapshot).load()


def _counted(counts: VenueCounts) -> str:
    faults = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.faults.items())) or "none"
    return (
        f"{sum(counts.requests.values())} requests, {counts.refused} refused; largest weight in a minute "
        f"{counts.largest_weight}; faults: {faults}"
    )
