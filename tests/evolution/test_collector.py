"""Reference cycles wait for the end of a generation, and no longer."""

from __future__ import annotations

import gc
import weakref

import pytest

from evolution.run.collector import BETWEEN_FULL, Collector


class Ring:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_cycles_of_a_generation_are_freed_at_its_end():
    with Collector().at_rest(10):
        ring = weakref.ref(Ring())
        assert not gc.isenabled()
        assert [[] for _ in range(5_000)]
        assert ring() is not None
    assert gc.isenabled()
    assert ring() is None


def test_old_cycles_are_freed_after_many_genomes():
    old = Ring()
    gc.collect()
    ring, collector = weakref.ref(old), Collector()
    del old
    for _ in range(2):
        with collector.at_rest(BETWEEN_FULL // 2):
            assert ring() is not None
    assert ring() is None


def test_collector_works_again_after_an_error():
    with pytest.raises(KeyboardInterrupt), Collector().at_rest(10):
        raise KeyboardInterrupt
    assert gc.isenabled()


def test_collector_that_rested_before_goes_on_resting():
    gc.disable()
    try:
        with Collector().at_rest(BETWEEN_FULL):
            ring = weakref.ref(Ring())
        assert not gc.isenabled()
        assert ring() is not None
    finally:
        gc.enable()
