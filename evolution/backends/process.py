"""One worker process as its parent sees it."""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from data.leash import Leash, run_leashed
from evolution.backends.protocol import Evaluates, Limits, StartMethod
from evolution.backends.wire import tasks_to_line
from evolution.backends.worker import serve
from evolution.evaluator import Task

START_LIMIT_S = 300.0
"""Time to import, map the history and, on the first day, compile."""
BURIAL_S = 5.0
"""Time for a process that was killed to be gone."""
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
RECEIVED_BYTES = 1 << 16


class WorkerProcess:
    """A process with a channel to it, and the indices of the genomes it holds, in their order.

    Parameters
    ----------
    start_method
        See `multiprocessing`.
    open_evaluator
        What the worker calls first.
    limits
        What a genome may cost.
    channels
        The parent's ends of other workers' channels, which a forked worker inherits.
    """

    def __init__(
        self,
        start_method: StartMethod,
        open_evaluator: Callable[[], Evaluates],
        limits: Limits,
        channels: Sequence[socket.socket],
    ) -> None:
        # The type that all contexts share does not know that each has a Process.
        context: Any = multiprocessing.get_context(start_method)
        self.channel, theirs = socket.socketpair()
        # A worker that never reads must not stop its parent.
        self.channel.setblocking(False)
        self.is_ready = False
        self.held: deque[int] = deque()
        self._genome_seconds = limits.genome_seconds
        self._n_begun: ctypes.c_long = context.RawValue(ctypes.c_long, 0)
        self._n_given = 0
        self._seen, self._still_s = 0, 0.0
        self._unsent, self._received = b"", b""
        inherited = (*channels, self.channel) if start_method == "fork" else ()
        # The parent of a worker is the fork server where there is one.
        leash = Leash(None if start_method == "forkserver" else os.getpid())
        self._process = context.Process(
            target=run_leashed,
            args=(leash, serve, theirs, self._n_begun, open_evaluator, limits.memory_bytes, inherited),
            name="evaluator",
            daemon=True,
        )
        if start_method == "spawn":
            # The first spawn starts it, which would let Ctrl-C through again to the worker that starts behind it.
            resource_tracker.ensure_running()
        with _one_thread_each(), _no_interruption(), theirs:
            self._process.start()

    @property
    def is_fresh(self) -> bool:
        """Whether it has not been given anything yet."""
        return self._n_given == 0

    @property
    def position(self) -> int:
        """Place in `held` of the genome it works on, or is about to."""
        n_answered = self._n_given - len(self.held)
        return min(max(self._n_begun.value - 1 - n_answered, 0), len(self.held) - 1)

    def give(self, indices: Sequence[int], tasks: Sequence[Task]) -> None:
        """Let it hold these genomes; `flush` sends them."""
        if not self.held:
            self._still_s = 0.0
        self.held.extend(indices)
        self._n_given += len(indices)
        self._unsent += tasks_to_line(tasks)

    def flush(self) -> None:
        """Send what the channel has room for."""
        try:
            while self._unsent:
                self._unsent = self._unsent[self.channel.send(self._unsent) :]
        except OSError:
            # No room, or nobody there: has_stalled or receive will tell.
            return

    def take(self, n: int) -> list[int]:
        """Return the first `n` indices it holds, which it holds no longer."""
        return [self.held.popleft() for _ in range(n)]

    def receive(self) -> list[tuple[str, Any]] | None:
        """Return what it has said since; None when it is gone."""
        try:
            received = self.channel.recv(RECEIVED_BYTES)
        except OSError:
            return None
        if not received:
            return None
        *lines, self._received = (self._received + received).split(b"\n")
        return [(kind, content) for kind, content in map(json.loads, lines)]

    def has_stalled(self, elapsed_s: float) -> bool:
        """Count time in which it did not go on to another genome; return whether that is beyond the limit."""
        if self.is_ready and not self.held:
            return False
        seen = self._n_begun.value
        self._still_s = self._still_s + elapsed_s if seen == self._seen else 0.0
        self._seen = seen
        return self._still_s > (self._genome_seconds if self.is_ready else START_LIMIT_S)

    def stop(self, *, grace_s: float = 0.0) -> str:
        """End it, by force if it has not ended by itself in time, and say how it ended."""
        self._process.join(grace_s)
        self._process.kill()
        self._process.join(BURIAL_S)
        self.channel.close()
        code = self._process.exitcode
        if code is not None:
            self._process.close()
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Let a process that starts inside be deaf to Ctrl-C until it says otherwise; this one hears of it afterwards."""
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let a process that starts inside keep its libraries to one thread: the work is spread over processes.

    A forked one keeps what its parent has loaded as it is.
    """
    before = {name: os.environ.get(name) for name in THREAD_SETTINGS}
    os.environ.update(dict.fromkeys(THREAD_SETTINGS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
