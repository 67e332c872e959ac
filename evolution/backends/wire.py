"""What parent and worker tell each other, a line at a time: texts and JSON, so that neither unpickles anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from evolution.evaluator import Task
from evolution.fitness import Evaluation, Reason, Rejected, Score

READY, FAILED, ANSWERS = "ready", "failed", "answers"
"""What a worker says: it has opened the history; it could not, and why; evaluations of what it was given first."""

_values_of = attrgetter(*[field.name for field in fields(Score)])


BETWEEN_TASKS, BETWEEN_PARTS = "\x1e", "\x1f"
"""ASCII's own separators; canonical JSON has no control characters."""


def tasks_to_line(tasks: Sequence[Task]) -> bytes:
    """Return tasks as a line; their texts are not quoted again, which would cost more than all the rest."""
    texts = [BETWEEN_PARTS.join((f"{bars}", f"{size}", risk, *programs)) for bars, size, risk, programs in tasks]
    return BETWEEN_TASKS.join(texts).encode() + b"\n"


def tasks_from_line(line: bytes) -> list[Task]:
    """Return what `tasks_to_line` was given."""
    return [_task(*text.split(BETWEEN_PARTS)) for text in line[:-1].decode().split(BETWEEN_TASKS)]


def _task(warm_up_bars: str, size: str, risk: str, *programs: str) -> Task:
    long_entry, long_exit, short_entry, short_exit = programs
    return Task(int(warm_up_bars), int(size), risk, (long_entry, long_exit, short_entry, short_exit))


def to_line(value: object) -> bytes:
    """Return a JSON value as a line; floats keep every bit, NaN and infinity too."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def plain_answers(evaluations: Sequence[Evaluation]) -> list[Sequence[Any]]:
    """Return evaluations as JSON values."""
    return [
        (evaluation.reason.value, evaluation.detail) if isinstance(evaluation, Rejected) else _values_of(evaluation)
        for evaluation in evaluations
    ]


def answers_from_plain(values: Sequence[Sequence[Any]]) -> list[Evaluation]:
    """Return what `plain_answers` was given; a reason is text, a score begins with a number."""
    return [Rejected(Reason(value[0]), value[1]) if isinstance(value[0], str) else Score(*value) for value in values]
