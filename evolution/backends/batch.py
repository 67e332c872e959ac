"""One batch of genomes: what waits, what is suspected of breaking workers, and what is answered."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from evolution.fitness import Evaluation, Rejected

MAX_ATTEMPTS = 2
"""A genome that breaks its worker this often is rejected; the last time it was the first of a fresh worker."""


class Batch:
    """Indices 0 to n - 1 on their way to an answer; each gets exactly one."""

    def __init__(self, n: int) -> None:
        self._answers: list[Evaluation | None] = [None] * n
        self._n_open = n
        self._waiting = deque(range(n))
        self._suspects: deque[int] = deque()
        self._strikes: Counter[int] = Counter()

    @property
    def is_done(self) -> bool:
        return self._n_open == 0

    @property
    def n_waiting(self) -> int:
        """How many wait for a worker, besides suspects."""
        return len(self._waiting)

    @property
    def has_suspects(self) -> bool:
        """Whether a genome waits for a fresh worker."""
        return bool(self._suspects)

    def next_indices(self, most: int) -> list[int]:
        """Return up to `most` of those that wait."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def next_suspect(self) -> int:
        """Return a genome that broke a worker before."""
        return self._suspects.popleft()

    def settle(self, indices: Sequence[int], answers: Sequence[Evaluation]) -> None:
        """Record answers."""
        for index, answer in zip(indices, answers, strict=True):
            assert self._answers[index] is None
            self._answers[index] = answer
        self._n_open -= len(indices)

    def blame(self, held: Sequence[int], position: int, failure: Rejected) -> None:
        """Of what a lost worker held, try the genome at `position` once more or reject it; the others just wait."""
        guilty = held[position]
        self._waiting.extendleft(reversed([*held[:position], *held[position + 1 :]]))
        self._strikes[guilty] += 1
        if self._strikes[guilty] < MAX_ATTEMPTS:
            self._suspects.append(guilty)
        else:
            self.settle([guilty], [Rejected(failure.reason, f"{failure.detail}; tried {MAX_ATTEMPTS} times")])

    def answers(self) -> list[Evaluation]:
        """Return every answer, by index."""
        return [answer for answer in self._answers if answer is not None]
