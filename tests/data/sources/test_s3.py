"""A bucket that breaks off: what comes short is asked for again, from the beginning."""

from __future__ import annotations

import io
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from data.errors import DataError
from data.sources.s3 import ATTEMPTS, Bucket, Stored

CONTENT = bytes(range(256)) * 5_000
STORED = Stored(len(CONTENT), "tag")


class Flaky(socketserver.ThreadingTCPServer):
    """Serves one file, the first `n_broken` times only half of it."""

    daemon_threads, allow_reuse_address = True, True
    n_broken, n_asked, served, status = 0, 0, CONTENT, 200


class Handler(BaseHTTPRequestHandler):
    """Answers as S3 does."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Flaky)
        server.n_asked += 1
        if not server.status:
            self.close_connection = True
            return
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(server.served)))
        self.end_headers()
        half = len(server.served) // 2
        self.wfile.write(server.served[:half] if server.n_asked <= server.n_broken else server.served)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flaky]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with Flaky(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        served.shutdown()
        thread.join()


def bucket(server: Flaky) -> Bucket:
    return Bucket("bucket", f"http://127.0.0.1:{server.server_address[1]}", pause_s=0.001)


def test_a_file_that_breaks_off_is_asked_for_again(server: Flaky) -> None:
    server.n_broken = 2
    target = io.BytesIO()
    assert bucket(server).copy("key", STORED, target)
    assert target.getvalue() == CONTENT
    assert server.n_asked == 3


def test_a_file_that_always_breaks_off_is_told(server: Flaky) -> None:
    server.n_broken = 99
    with pytest.raises(DataError, match=r"did not answer to get key in 6 attempts: .*the same command goes on"):
        bucket(server).copy("key", STORED, io.BytesIO())
    assert server.n_asked == ATTEMPTS


def test_a_file_of_another_size_than_was_listed_is_none(server: Flaky) -> None:
    server.served = CONTENT * 2
    with pytest.raises(DataError, match="in 6 attempts: more than the bytes listed"):
        bucket(server).copy("key", STORED, io.BytesIO())


@pytest.mark.parametrize("status", [500, 503])
def test_a_bucket_that_is_down_is_asked_as_often_as_is_said(server: Flaky, status: int) -> None:
    """Not as often again for each of its refusals: it is down, and whoever asks may pay."""
    server.status, server.served = status, b""
    with pytest.raises(DataError, match="refused to get key"):
        bucket(server).copy("key", Stored(10, "tag"), io.BytesIO())
    assert server.n_asked == ATTEMPTS


def test_a_bucket_that_hangs_up_is_asked_as_often_as_is_said(server: Flaky) -> None:
    server.status = 0
    with pytest.raises(DataError, match="did not answer to get key in 6 attempts: ConnectionClosedError"):
        bucket(server).copy("key", Stored(10, "tag"), io.BytesIO())
    assert server.n_asked == ATTEMPTS
