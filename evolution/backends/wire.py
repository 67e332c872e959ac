"""What parent and worker tell each other, a line at a time: texts and JSON, so that neither unpickles anything."""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from dataclasses import fields
from itertools import starmap
from operator import attrgetter
from struct import Struct
from typing import Any

from evolution.evaluator import Task
from evolution.fitness import Evaluation, Reason, Rejected, Score

FORMS = {"float": "d", "int": "q"}
READY, FAILED, ANSWERS = "ready", "failed", "answers"
"""What a worker says: it has opened the history; it could not, and why; evaluations of what it was given first."""

_values_of = attrgetter(*[field.name for field in fields(Score)])
SCORE = Struct("<" + "".join([FORMS[str(field.type)] for field in fields(Score)]))
"""The bits of a score, field by field."""


BETWEEN_TASKS, BETWEEN_PARTS = "\x1e", "\x1f"
"""ASCII's own separators; canonical JSON has no control characters."""


def tasks_to_line(tasks: Sequence[Task]) -> bytes:
    """Return tasks as a line; their texts are not quoted again, which would cost more than all the rest."""
    texts = [
        BETWEEN_PARTS.join((f"{bars}", f"{size}", f"{parts}", risk, *programs))
        for bars, size, parts, risk, programs in tasks
    ]
    return BETWEEN_TASKS.join(texts).encode() + b"\n"


def tasks_from_line(line: bytes) -> list[Task]:
    """Return what `tasks_to_line` was given."""
    return [_task(*text.split(BETWEEN_PARTS)) for text in line[:-1].decode().split(BETWEEN_TASKS)]


def _task(warm_up_bars: str, size: str, parts: str, risk: str, *programs: str) -> Task:
    long_entry, long_exit, short_entry, short_exit = programs
    return Task(int(warm_up_bars), int(size), int(parts), risk, (long_entry, long_exit, short_entry, short_exit))


def to_line(value: object) -> bytes:
    """Return a JSON value as a line; floats keep every bit, NaN and infinity too."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def plain_answers(evaluations: Sequence[Evaluation]) -> tuple[str, list[tuple[int, str, str]]]:
    """Return evaluations as a JSON value: all scores in one text, and each rejection with its place.

    A score in JSON would be over a dozen numbers to print and to read again.
    """
    scores = [SCORE.pack(*_values_of(one)) for one in evaluations if isinstance(one, Score)]
    rejections = [
        (place, one.reason.value, one.detail) for place, one in enumerate(evaluations) if isinstance(one, Rejected)
    ]
    return b2a_base64(b"".join(scores), newline=False).decode(), rejections


def answers_from_plain(value: Sequence[Any]) -> list[Evaluation]:
    """Return what `plain_answers` was given."""
    text, rejections = value
    answers: list[Evaluation] = list(starmap(Score, SCORE.iter_unpack(a2b_base64(text))))
    # In the order of their places, so that each pushes those behind it to theirs.
    for place, reason, detail in rejections:
        answers.insert(place, Rejected(Reason(reason), detail))
    return answers
