"""The simulated venue as something to start and stop: a server in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from data.errors import ConfigError
from data.market import Universe
from organism.venue_sim.clock import VenueClock
from organism.venue_sim.faults import FaultPlan
from organism.venue_sim.server import CLOSE_S, VenueServer
from organism.venue_sim.settings import VenueSettings
from organism.venue_sim.venue import Venue


@dataclass(frozen=True, slots=True)
class VenueCounts:
    """What clients have asked of the venue so far."""

    requests: dict[str, int]
    """Requests to `/info` by type; the empty type is those that were not understood."""
    refused: int
    """Requests above the limit of weight."""
    largest_weight: int
    """The most weight that one address asked for in any 60 simulated seconds, refused requests included."""
    connections: int
    """The most WebSockets that one address opened in any 60 simulated seconds, refused ones included."""
    faults: dict[str, int]
    """Faults that struck, by kind."""


class VenueSimulator:
    """Serve a universe on the local machine while the block runs.

    Parameters
    ----------
    universe
        Bars and funding of the coins that the venue lists.
    clock
        Where simulated time comes from; stands while the venue is asked nothing only if its speed is 0.
    settings
        What is made up, and the limits.
    faults
        What goes wrong.
    port
        0 takes one that is free.
    """

    def __init__(
        self,
        universe: Universe,
        clock: VenueClock,
        settings: VenueSettings | None = None,
        faults: FaultPlan | None = None,
        *,
        port: int = 0,
    ) -> None:
        self.clock = clock
        self.venue = Venue(universe, settings)
        self.url = ""
        """Address for clients, such as http://127.0.0.1:40001; empty until started."""
        self._faults, self._port = faults or FaultPlan(), port
        self._thread = threading.Thread(target=self._run, name="simulated venue", daemon=True)
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._server: VenueServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def websocket_url(self) -> str:
        """Address of the WebSocket."""
        return f"ws{self.url.removeprefix('http')}/ws"

    def counts(self) -> VenueCounts:
        """Return what has been asked so far; nothing before the start."""
        server = self._server
        if server is None:
            return VenueCounts({}, 0, 0, 0, {})
        weights, arrivals = list(server.weights.values()), list(server.arrivals.values())
        return VenueCounts(
            requests=dict(server.requests),
            refused=sum(one.refused for one in weights),
            largest_weight=max((one.largest for one in weights), default=0),
            connections=max((one.largest for one in arrivals), default=0),
            faults={str(kind): count for kind, count in server.desk.struck.items()},
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise ConfigError(
                f"port {self._port} cannot be used ({self._failure}): choose another, or 0 for any that is free"
            ) from self._failure
        if not self.url:
            raise RuntimeError("the simulated venue ended before it began: its own error stands above")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._server is not None:
            self._loop.call_soon_threadsafe(self._server.stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as failure:
            # The one thing that is no defect: the port is taken. It is raised where the venue was to start.
            self._failure = failure
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = self._server = VenueServer(self.venue, self.clock, self._faults)
        runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=2.0 * CLOSE_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._started.set()
            await server.stopping.wait()
        finally:
            await runner.cleanup()
