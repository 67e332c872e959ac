"""Where genomes are evaluated: in this process, or in worker processes that nothing can break.

A worker that dies, freezes, runs too long or eats memory costs its own genome an attempt, and no other genome
anything: see `ProcessBackend`.
"""

from evolution.backends.pool import ProcessBackend
from evolution.backends.protocol import Backend, Limits
from evolution.backends.serial import SerialBackend

__all__ = ["Backend", "Limits", "ProcessBackend", "SerialBackend"]
