"""What runs inside a worker process: open the history, then answer one line after another."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
from collections.abc import Callable, Sequence
from multiprocessing import forkserver
from pathlib import Path

import numpy as np

from data.errors import FoundryError
from evolution.backends.protocol import Evaluates
from evolution.backends.wire import ANSWERS, FAILED, READY, plain_answers, tasks_from_line, to_line
from evolution.evaluator import task_of
from evolution.fitness import Reason, Rejected
from evolution.genome.genome import Genome
from evolution.genome.node import Node

NEVER = Node("never")
FIRST_GENOME = Genome(NEVER, NEVER, NEVER, NEVER)
"""Evaluated before the worker is ready, so that loading compiled code takes time from no genome's limit."""


def serve(
    channel: socket.socket,
    n_begun: ctypes.c_long,
    open_evaluator: Callable[[], Evaluates],
    memory_bytes: int,
    inherited: Sequence[socket.socket],
) -> None:
    """Evaluate what comes through `channel` until it ends.

    Parameters
    ----------
    channel
        To the parent. It ends when the parent does, whatever became of the parent.
    n_begun
        Shared with the parent: genomes begun so far, so that it knows which one never came back.
    open_evaluator
        Makes the evaluator.
    memory_bytes
        What may be taken beyond what is held when the evaluator is there.
    inherited
        Ends of channels that a forked process has and must not keep open.
    """
    for end in inherited:
        end.close()
    _leave_signals_to_parent()
    # A parent that is gone hears nothing; there is nobody left to tell.
    with channel, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        try:
            evaluator = open_evaluator()
            evaluator.evaluate_all([task_of(FIRST_GENOME)], np.zeros(1, dtype=np.int64))
        except Exception as error:  # whatever it is, the parent says it once instead of every worker
            cause = str(error) if isinstance(error, FoundryError) else f"{type(error).__name__}: {error}"
            channel.sendall(to_line((FAILED, cause)))
            return
        _limit_memory(memory_bytes)
        channel.sendall(to_line((READY, None)))
        progress = np.ctypeslib.as_array(ctypes.pointer(n_begun), (1,))
        with channel.makefile("rb") as lines:
            for line in lines:
                answers = evaluator.evaluate_all(tasks_from_line(line), progress)
                channel.sendall(to_line((ANSWERS, plain_answers(answers))))
                if isinstance(answers[-1], Rejected) and answers[-1].reason is Reason.OUT_OF_MEMORY:
                    # What comes after would find none either; the parent is told which was the first.
                    return


def _leave_signals_to_parent() -> None:
    # Ctrl-C goes to the whole group; only the parent decides what it means. A forked worker has its handlers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A fork server, which is what Linux takes for the parent of its workers, lives as long as anybody has this pipe.
    server_pipe: int | None = getattr(forkserver._forkserver, "_forkserver_alive_fd", None)
    if server_pipe is not None:
        os.close(server_pipe)


def _limit_memory(beyond_bytes: int) -> None:
    """Let every allocation fail that goes beyond what is held now by more than this; mapped files do not count."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    wanted = int(fields["VmData"].split()[0]) * 1024 + beyond_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
