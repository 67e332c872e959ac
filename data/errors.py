"""Every error the foundry raises on purpose.

::

    FoundryError
     +-- ConfigError        a configuration file or flag is wrong: edit it
     +-- DataError          market history is missing, damaged or impossible: fetch or repair it
     +-- GenomeError        a genome is not one of ours: refuse it
     +-- SimulationError    two simulators disagree: nothing that they say can be trusted
     +-- TransitionError    a lifecycle move is not allowed, or somebody else moved first
     +-- ExchangeError      the venue
          +-- ExchangeRejected   the venue said no, and proved it
          +-- ExchangeUnknown    nobody knows whether it happened: ask before repeating
               +-- ExchangeTimeout   no answer in time, which is never a rejection

A message names the thing, the value received, what is allowed and what to do.
"""

from __future__ import annotations


class FoundryError(Exception):
    """Base of every error that a user can do something about."""


class ConfigError(FoundryError):
    """A configuration value, key or flag is wrong."""


class DataError(FoundryError):
    """Market history is missing, damaged, or breaks a rule of quality."""


class GenomeError(FoundryError):
    """A genome breaks the grammar, its bounds, or its stored form."""


class SimulationError(FoundryError):
    """Two simulators gave two answers to one question: a defect of ours."""


class TransitionError(FoundryError):
    """A lifecycle move is not in the table, or the strategy is no longer in the expected state."""


class ExchangeError(FoundryError):
    """The venue did not do what was asked."""


class ExchangeRejected(ExchangeError):
    """The venue refused, and its answer proves it."""


class ExchangeUnknown(ExchangeError):
    """Whether the request took effect is unknown."""


class ExchangeTimeout(ExchangeUnknown):
    """No answer came in time."""
