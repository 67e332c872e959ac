"""When a population has had its time."""

from __future__ import annotations

import pytest

from evolution.run.epoch import FIRST_EPOCH, Epoch


def run(bests: list[float | None], patience: int) -> list[Epoch]:
    """Return the epoch after each generation."""
    epoch, found = FIRST_EPOCH, []
    for generation, best in enumerate(bests):
        epoch = epoch.after(generation, best).renewed(generation, patience)
        found.append(epoch)
    return found


def test_without_patience_an_epoch_never_ends():
    assert {epoch.number for epoch in run([1.0] * 50, 0)} == {0}


def test_an_epoch_ends_after_so_many_generations_without_a_better_best():
    """Better in generation 1; 2 and 3 are not, so 4 is drawn anew."""
    epochs = run([1.0, 2.0, 2.0, 1.5, 0.5], 2)
    assert [epoch.number for epoch in epochs] == [0, 0, 0, 1, 1]
    assert epochs[3] == Epoch(number=1, began=4, improved=4, best=None)
    assert epochs[4] == Epoch(number=1, began=4, improved=4, best=0.5)
    assert [epoch.number_at(generation) for generation, epoch in enumerate(epochs)] == [0, 0, 0, 0, 1]


def test_a_best_that_is_worse_than_that_of_the_epoch_before_is_an_improvement_all_the_same():
    assert run([5.0, 5.0, 1.0, 1.1, 1.2, 1.3], 1)[-1].number == 1


@pytest.mark.parametrize(("reunion", "expected"), [(0, []), (1, [1, 2, 3, 4, 5]), (2, [1, 3, 5]), (3, [2, 5])])
def test_one_in_so_many_epochs_is_a_reunion_but_never_the_first(reunion, expected):
    assert [number for number in range(6) if Epoch(number, 0, 0).is_reunion(reunion)] == expected


def test_generations_without_anyone_are_no_improvement():
    assert [epoch.number for epoch in run([None, None, None], 2)] == [0, 0, 1]


def test_an_epoch_begins_from_nothing_unless_it_is_a_reunion():
    first, second = FIRST_EPOCH, Epoch(number=1, began=4, improved=4)
    assert [first.is_fresh(generation, 2) for generation in (0, 1)] == [True, False]
    assert [second.is_first(generation) for generation in (3, 4, 5)] == [False, True, False]
    assert [second.is_fresh(4, reunion) for reunion in (0, 2, 3)] == [True, False, True]
