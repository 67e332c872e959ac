"""Clients that are killed while they speak: a line of log, and the venue goes on."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from data.market import Universe

START_MS = 1_704_067_200_000
HALF_A_REQUEST = "POST /info HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 100\\r\\n\\r\\n{"
KILLED = f"""
import os, signal, socket, sys, time
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"{HALF_A_REQUEST}")
# So long that the venue has begun to read.
time.sleep(0.2)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_client_that_dies_in_the_middle_of_a_request_is_a_line_of_log(
    serve: Callable[..., Any], four_hours: Universe, caplog: pytest.LogCaptureFixture
) -> None:
    venue = serve(four_hours, START_MS)
    with caplog.at_level(logging.WARNING):
        died = subprocess.run([sys.executable, "-c", KILLED, venue.url.rsplit(":", 1)[1]], check=False)
        deadline = time.monotonic() + 10.0
        while not caplog.records and time.monotonic() < deadline:
            time.sleep(0.02)
    assert died.returncode == -signal.SIGKILL
    [told] = caplog.records
    assert told.exc_info is None
    assert told.getMessage() == "client 127.0.0.1 went before its POST /info was answered (Connection lost)"
    asked = urllib.request.Request(f"{venue.url}/info", json.dumps({"type": "meta"}).encode())
    with urllib.request.urlopen(asked, timeout=10.0) as answer:
        assert [coin["name"] for coin in json.load(answer)["universe"]] == ["BTC"]
