"""What was scored once is not scored again, and nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evolution.evaluator import Task
from evolution.fitness import Evaluation, Reason, Rejected, Score
from evolution.run.recall import Recall
from evolution.search.child import Child
from evolution.trials import Trial, append_segment, segments

SCORE = Score(2.5, 1.25, 7, 120, 0.4, 0.08, 33.0, 0.5, 0.2, 1.5, 5, 6, 0.75, 1.25)
OTHER = Score(-1.0, -0.5, 9, 300, -0.2, 0.3, 44.0, 0.7, 0.2, 1.5, 5, 6, 0.75, 1.25)


class Counting:
    """A backend that scores everything alike and knows what it was asked."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.asked: list[int] = []

    def begin(self, genomes: Sequence[Task]) -> None:
        self.begun = [task.size for task in genomes]

    def evaluate(self, genomes: Sequence[Task]) -> list[Evaluation]:
        self.asked += [task.size for task in genomes]
        return [OTHER for _ in genomes]

    def close(self) -> None: ...


def name(number: int) -> str:
    return f"{number:064x}"


def child(number: int) -> Child:
    return Child(b"", b"", name(number), Task(0, number, number, "", ("", "", "", "")), "initial", ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trials = tmp_path / "trials"
    trials.mkdir()
    evaluations = [
        SCORE,
        Rejected(Reason.TOO_FEW_TRADES, "3 of 100"),
        Rejected(Reason.TOO_SLOW),
        Rejected(Reason.ERROR, "ValueError: bad luck"),
        Rejected(Reason.OUT_OF_MEMORY),
        Rejected(Reason.WORKER_LOST),
    ]
    append_segment(trials, 0, [Trial(name(i), 0, "initial", (), e) for i, e in enumerate(evaluations)])
    return trials


def test_the_backend_begins_with_those_that_it_will_be_asked_about(folder: Path) -> None:
    backend, recall = Counting(), Recall(segments(folder))
    children = [child(9), child(0), child(8), child(1)]
    recall.begin(backend, children)
    assert backend.asked == []
    recall.evaluate(backend, children)
    assert backend.begun == backend.asked == [9, 8]


def test_known_ones_are_recalled_and_the_others_asked_in_their_order(folder: Path) -> None:
    backend, recall = Counting(), Recall(segments(folder))
    answers = recall.evaluate(backend, [child(9), child(0), child(8), child(1)])  # type: ignore[arg-type]
    assert answers == [OTHER, SCORE, OTHER, Rejected(Reason.TOO_FEW_TRADES)]
    assert backend.asked == [9, 8]


def test_what_lay_in_a_process_and_not_in_the_genome_is_tried_again(folder: Path) -> None:
    backend, recall = Counting(), Recall(segments(folder))
    assert len(recall) == 2
    assert recall.evaluate(backend, [child(number) for number in (2, 3, 4, 5)]) == [OTHER] * 4  # type: ignore[arg-type]
    assert backend.asked == [2, 3, 4, 5]


def test_when_all_are_known_nobody_is_asked(folder: Path) -> None:
    backend, recall = Counting(), Recall(segments(folder))
    assert recall.evaluate(backend, [child(0)]) == [SCORE]  # type: ignore[arg-type]
    assert backend.asked == []


def test_a_score_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    odd = Score(0.1 + 0.2, 1 / 3, 7, 120, 1e-300, 2 / 7, 1e300, -0.0, 0.2, 1.5, 5, 6, 0.75, 1.25)
    append_segment(tmp_path, 0, [Trial(name(1), 0, "initial", (), odd)])
    [found] = Recall(segments(tmp_path)).evaluate(Counting(), [child(1)])  # type: ignore[arg-type]
    assert repr(found) == repr(odd)


def test_damaged_segments_are_left_out(folder: Path) -> None:
    [segment] = folder.iterdir()
    segment.write_bytes(segment.read_bytes()[:-100])
    assert len(Recall(segments(folder))) == 0


@pytest.mark.parametrize("most", [1, 2])
def test_memory_is_bounded_within_a_run_and_within_a_segment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Two of the first segment can be recalled; of the second there is no room for any."""
    append_segment(folder, 1, [Trial(name(7), 1, "initial", (), SCORE)])
    assert len(Recall(segments(folder))) == 3
    monkeypatch.setattr("evolution.run.recall.MOST_RECALLED", most)
    recall, backend = Recall(segments(folder)), Counting()
    assert len(recall) == most
    recall.evaluate(backend, [child(0), child(7)])  # type: ignore[arg-type]
    assert backend.asked == [7], "those that come first are kept"
