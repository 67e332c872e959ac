"""A simulated Hyperliquid: the real `/info` and market-data WebSocket, from any market of ours."""

from organism.venue_sim.clock import VenueClock
from organism.venue_sim.faults import Fault, FaultKind, FaultPlan
from organism.venue_sim.settings import UnknownCoin, VenueSettings
from organism.venue_sim.simulator import VenueCounts, VenueSimulator

__all__ = [
    "Fault",
    "FaultKind",
    "FaultPlan",
    "UnknownCoin",
    "VenueClock",
    "VenueCounts",
    "VenueSettings",
    "VenueSimulator",
]
