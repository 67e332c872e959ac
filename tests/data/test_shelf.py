"""One process computes, the others read: real processes, killed at will."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.shelf import ITEM_BYTES, SEGMENTS, Shelf
from data.shelf_log import MOST_BYTES, RECORD, log_path, make_log

ROOM = 8 * SEGMENTS * 100 * ITEM_BYTES
"""A budget whose segments have room for 800 items."""


@pytest.fixture
def log() -> Iterator[str]:
    descriptor = make_log()
    assert descriptor is not None
    yield log_path(descriptor)
    os.close(descriptor)


def serve(connection: Connection, log: str, budget_bytes: int, most_log_bytes: int) -> None:
    """Do with a shelf of this process what the other end asks for, and answer with plain lists."""
    shelf = Shelf(log, budget_bytes, most_log_bytes)
    held: dict[str, np.ndarray] = {}
    while True:
        verb, name, values = connection.recv()
        if verb == "hold":
            held[name] = shelf.get(name)
            connection.send(held[name] is not None)
        elif verb == "held":
            connection.send(held[name].tolist())
        elif verb == "keep":
            connection.send(shelf.keep(name, lambda values=values: slowly(values)).tolist())
        else:
            found = shelf.put(name, np.array(values)) if verb == "put" else shelf.get(name)
            connection.send(None if found is None else found.tolist())


def slowly(values: list[float]) -> np.ndarray:
    time.sleep(0.3)
    return np.array(values)


class Other:
    """A shelf in a process of its own."""

    def __init__(self, log: str, budget_bytes: int = ROOM, most_log_bytes: int = MOST_BYTES) -> None:
        context = multiprocessing.get_context("fork")
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, log, budget_bytes, most_log_bytes), daemon=True)
        self.process.start()

    def ask(self, verb: str, name: str, values: Any = None) -> Any:
        self._connection.send((verb, name, values))
        return self._connection.recv()

    def send(self, verb: str, name: str, values: Any = None) -> Callable[[], Any]:
        self._connection.send((verb, name, values))
        return self._connection.recv

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


@pytest.fixture
def others(log) -> Iterator[list[Other]]:
    made = [Other(log) for _ in range(2)]
    yield made
    for other in made:
        other.kill()


def test_what_one_puts_the_others_find(log, others):
    one, two = others
    assert two.ask("get", "BTC close") is None
    values = [1.5, float("inf"), -0.0, 5e-324]
    assert one.ask("put", "BTC close", values) == values
    assert two.ask("get", "BTC close") == values
    assert Shelf(log, ROOM).get("BTC close").tobytes() == np.array(values).tobytes()
    assert two.ask("get", "ETH close") is None


def test_what_is_shared_cannot_be_changed(log):
    writer, reader = Shelf(log, ROOM), Shelf(log, ROOM)
    assert not writer.put("a", np.array([1.0])).flags.writeable
    assert not writer.get("a").flags.writeable
    # A shelf takes its own process for the writer; another process maps the memory.
    assert reader.get("a") is None


def test_mapped_memory_is_read_only(log, others):
    others[0].ask("put", "a", [1.0, 2.0])
    found = Shelf(log, ROOM).get("a")
    assert not found.flags.writeable
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
        found.setflags(write=True)


def test_the_oldest_are_given_up_and_whoever_uses_them_may_go_on(others):
    one, two = others
    for i in range(8 * SEGMENTS):
        one.ask("put", f"array {i}", [float(i)] * 100)
    assert two.ask("hold", "array 7")
    assert one.ask("put", "one too many", [0.5] * 100) == [0.5] * 100
    # Whoever asks for something new learns of it.
    assert two.ask("get", "one too many") == [0.5] * 100
    assert [two.ask("get", f"array {i}") for i in (0, 7)] == [None, None]
    assert [one.ask("get", f"array {i}") for i in (0, 7)] == [None, None]
    assert two.ask("get", "array 8") == [8.0] * 100
    # New memory has come into use meanwhile; what was given up is still what it was for those who hold it.
    for i in range(50):
        one.ask("put", f"later {i}", [-1.0] * 100)
    assert two.ask("held", "array 7") == [7.0] * 100


def test_an_array_that_is_put_again_stays_where_it_is_and_is_given_up_once(log):
    before = len(os.listdir("/proc/self/fd"))
    shelf = Shelf(log, ROOM)
    first = shelf.put("again", np.ones(100))
    for i in range(7):
        shelf.put(f"beside it {i}", np.zeros(100))
    shelf.put("the next part", np.zeros(100))
    assert shelf.put("again", np.ones(100)) is first
    for i in range(8 * SEGMENTS):
        shelf.put(f"later {i}", np.zeros(100))
    assert shelf.get("again") is None
    shelf.close()
    # Whoever holds an array holds the memory that it is in.
    del first
    assert len(os.listdir("/proc/self/fd")) == before


def test_an_array_larger_than_there_is_room_for_is_not_shared(others):
    one, two = others
    assert one.ask("put", "large", [0.0] * 801) is None
    assert two.ask("get", "large") is None
    assert one.ask("put", "just small enough", [1.0] * 800) == [1.0] * 800
    assert two.ask("get", "just small enough") == [1.0] * 800


def test_what_is_kept_is_made_once(others):
    one, two = others
    first, second = one.send("keep", "prepared", [1.0] * 2_000), two.send("keep", "prepared", [2.0] * 2_000)
    made = first()
    assert made in ([1.0] * 2_000, [2.0] * 2_000)
    assert second() == made


def test_arrays_of_a_killed_process_stay_with_those_who_mapped_them(log, others):
    one, two = others
    one.ask("put", "seen", [1.0])
    one.ask("put", "unseen", [2.0])
    assert two.ask("get", "seen") == [1.0]
    one.kill()
    # Both lie in one segment, which the second process has mapped; a third comes too late.
    assert two.ask("get", "unseen") == [2.0]
    late = Shelf(log, ROOM)
    assert late.get("seen") is None
    assert late.put("seen", np.array([3.0])).tolist() == [3.0]


def test_who_is_killed_while_it_makes_what_is_kept_stops_nobody(others):
    one, two = others
    one.send("keep", "prepared", [1.0])
    time.sleep(0.1)
    one.kill()
    assert two.ask("keep", "prepared", [2.0]) == [2.0]


def test_a_descriptor_that_has_become_another_file_is_not_taken_for_memory(log, others, tmp_path):
    """The record says where an array was; by now another file may have its number."""
    others[0].ask("put", "a", [1.0])
    (record,) = [Path(log).read_bytes()]
    shelf = Shelf(log, ROOM)
    with (tmp_path / "file").open("w+b") as stream:
        stream.write(bytes(4096))
        stream.flush()
        place = shelf_place(record)
        forged = record[:16] + np.array([os.getppid(), stream.fileno(), *place[2:]], dtype="<i8").tobytes()
        assert len(forged) == len(record)
        os.truncate(log, 0)
        Path(log).write_bytes(forged)
        assert shelf.get("a") is None


def shelf_place(record: bytes) -> list[int]:
    return np.frombuffer(record[16:], dtype="<i8").tolist()


def test_a_log_that_is_closed_or_another_file_is_refused(tmp_path):
    other = tmp_path / "log"
    other.write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="is no log of a shelf any more"):
        Shelf(str(other), ROOM)
    with pytest.raises(FileNotFoundError):
        Shelf(f"/proc/{os.getpid()}/fd/1000000", ROOM)
    assert other.read_bytes() == b""


def test_nothing_is_left_open(log):
    before = len(os.listdir("/proc/self/fd"))
    shelf = Shelf(log, ROOM)
    for i in range(20 * SEGMENTS):
        shelf.put(f"array {i}", np.zeros(400))
    shelf.keep("kept", lambda: np.zeros(10))
    shelf.close()
    assert len(os.listdir("/proc/self/fd")) == before


def shared_by(process: int) -> set[str]:
    """Return what a process has open of ours."""
    links = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(os.readlink(link))
    return {name for name in links if "organism" in name}


def test_no_file_is_made_that_could_be_left_behind(others):
    """Anonymous memory ends with the last process that maps it."""
    one, two = others
    one.ask("put", "a", [1.0] * 800)
    two.ask("get", "a")
    ours = set().union(*(shared_by(other.process.pid) for other in others))
    # What this process has not given back yet, they were born with.
    (name,) = ours - shared_by(os.getpid())
    assert name.startswith("/memfd:")
    assert name.endswith(" (deleted)")


def test_a_log_drops_what_was_given_up_and_is_as_long_as_what_is_shared(log):
    """Of 3,000 arrays 57 to 64 are shared at the end; whoever comes late finds no less than whoever was there."""
    most = 200 * RECORD.size
    writer, reader, keeper = (Other(log, most_log_bytes=most) for _ in range(3))
    try:
        assert keeper.ask("keep", "prepared", [7.0]) == [7.0]
        assert reader.ask("get", "prepared") == [7.0]
        for i in range(3_000):
            writer.ask("put", f"array {i}", [float(i)] * 100)
            if i % 10 == 0:
                assert os.stat(log).st_size <= most + (8 + 2) * RECORD.size
                assert reader.ask("get", f"array {i}") == [float(i)] * 100
            if i == 1_000:
                assert reader.ask("hold", "array 1000")
        late = Other(log, most_log_bytes=most)
        for one in (writer, reader, late):
            found = [i for i in range(3_000) if one.ask("get", f"array {i}") == [float(i)] * 100]
            assert found == list(range(found[0], 3_000))
            assert 57 <= len(found) <= 64
            assert one.ask("keep", "prepared", [8.0]) == [7.0]
        assert reader.ask("held", "array 1000") == [1_000.0] * 100
        late.kill()
    finally:
        for other in (writer, reader, keeper):
            other.kill()


def test_a_log_drops_what_processes_have_put_that_have_ended_and_keeps_what_all_others_share(log):
    """What is in use is more than the limit: it is not shortened again and again."""
    most = 30 * RECORD.size
    ended, living, writer = (Other(log, most_log_bytes=most) for _ in range(3))
    try:
        for i in range(20):
            ended.ask("put", f"ended {i}", [1.0])
            living.ask("put", f"living {i}", [2.0])
        ended.kill()
        first = Path(log).read_bytes()[: RECORD.size]
        for i in range(8 * SEGMENTS + 1):
            writer.ask("put", f"own {i}", [3.0] * 100)
        assert Path(log).read_bytes()[: RECORD.size] != first, "it was shortened"
        # A record of the log itself, those of one process, and of the other those that are shared still, or newer.
        assert os.stat(log).st_size == RECORD.size * (1 + 20 + 8 * SEGMENTS - 8 + 1)
        late = Shelf(log, ROOM)
        assert [late.get(f"ended {i}") for i in range(20)] == [None] * 20
        assert [late.get(f"living {i}").tolist() for i in range(20)] == [[2.0]] * 20
        assert late.get("own 8").tolist() == [3.0] * 100
        begun = Path(log).read_bytes()[: RECORD.size]
        for i in range(16):
            writer.ask("put", f"later {i}", [4.0] * 100)
        assert Path(log).read_bytes()[: RECORD.size] == begun
        late.close()
    finally:
        for other in (living, writer):
            other.kill()


def test_processes_that_share_at_the_same_time_find_what_belongs_to_a_name_or_nothing(log):
    """A log of twenty records, shortened by three of them whenever one of them comes to it."""
    sharing = [Other(log, most_log_bytes=20 * RECORD.size) for _ in range(3)]
    n_found = 0
    try:
        for i in range(600):
            answers = [
                one.send("put", f"array {i} {place}", [float(i + place)] * 100) for place, one in enumerate(sharing)
            ]
            assert [answer() for answer in answers] == [[float(i + place)] * 100 for place in range(3)]
            asked = [one.send("get", f"array {i} {(place + 1) % 3}") for place, one in enumerate(sharing)]
            for place, answer in enumerate(asked):
                found = answer()
                n_found += found is not None
                assert found in (None, [float(i + (place + 1) % 3)] * 100)
    finally:
        for other in sharing:
            other.kill()
    assert n_found > 1_700, "what is shared is seldom lost"


def test_a_segment_is_never_taken_for_one_of_a_process_that_has_ended(log):
    """Two shelves of one process are like two processes of one number."""
    before = shared_by(os.getpid())
    shelves = [Shelf(log, ROOM) for _ in range(2)]
    held = [shelf.put("a", np.ones(1)) for shelf in shelves]
    assert len(shared_by(os.getpid()) - before - {"/memfd:organism-log (deleted)"}) == len(held)
    for shelf in shelves:
        shelf.close()
