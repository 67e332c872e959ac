"""The parts by name, in the order of the page."""

from __future__ import annotations

from typing import Protocol

from tests.bench.parts.expressions import measure_expressions
from tests.bench.parts.growth import measure_growth
from tests.bench.parts.inference import measure_inference
from tests.bench.parts.rolling import measure_rolling
from tests.bench.parts.simulations import measure_simulations
from tests.bench.parts.start import measure_start
from tests.bench.parts.whole import measure_whole
from tests.bench.section import Section


class Measure(Protocol):
    """Measures a part; `quick` leaves out what is slow."""

    def __call__(self, *, quick: bool) -> Section: ...


PARTS: dict[str, Measure] = {
    "A": measure_simulations,
    "B": measure_expressions,
    "C": measure_rolling,
    "D": measure_whole,
    "growth": measure_growth,
    "inference": measure_inference,
    "help": measure_start,
}
