"""Chromium without a window: opens a page, says what went wrong in it, and takes its picture.

It is spoken to through its debugging socket on this machine, because only the page itself knows when its last figure
is drawn; a picture after so many seconds would be a guess.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from data.durable import write_atomically
from data.errors import ConfigError, DataError
from data.shown import inert_line

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-quic",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)
PORT_FILE = "DevToolsActivePort"
STARTED_S, DRAWN_S, POLL_S = 30.0, 90.0, 0.05
LARGEST_MESSAGE = 256 << 20
WIDTH, HEIGHT = 1280, 900
SHOWN = 200
"""Letters of a complaint."""
# A page without figures has no script that could say when it is drawn.
STILL = 'location.protocol === "file:" && document.readyState === "complete" && !document.getElementById("figures")'
STATE = f"""document.body && JSON.stringify({{
  drawn: document.documentElement.dataset.drawn ?? ({STILL} ? "0" : ""),
  error: document.documentElement.dataset.error ?? "",
  slots: document.querySelectorAll(".plot").length,
  figures: [...document.querySelectorAll(".plot")].filter((node) => node.querySelector(".main-svg")).length,
  width: document.documentElement.scrollWidth,
  height: document.documentElement.scrollHeight,
}})"""


@dataclass(slots=True)
class Opened:
    """What became of a page."""

    n_slots: int = 0
    """Places where a figure should be."""
    n_figures: int = 0
    """Those in which one was drawn."""
    width: int = 0
    """Of the whole page, in its own pixels."""
    height: int = 0
    errors: list[str] = field(default_factory=list)
    """What the page and the browser's console complained of."""
    requests: list[str] = field(default_factory=list)
    """Every address that it asked for, the page itself first; those inside the page (`data:`, `blob:`) left out."""


def find_chromium() -> Path:
    """Return where Chromium, or a browser made of it, is installed.

    Raises
    ------
    ConfigError
        If there is none.
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise ConfigError(
            f"a picture needs Chromium, and none of {', '.join(NAMES)} is installed: install it (on Debian "
            "`apt-get install chromium`), or use --format html and print from any browser"
        )
    return Path(found)


def picture(page: Path, target: Path, *, width: int = WIDTH, is_dark: bool = False, drawn_s: float = DRAWN_S) -> Opened:
    """Write a picture (PNG) of the whole page when every figure is drawn, and return what became of it.

    Parameters
    ----------
    width
        Of the window, in pixels.
    drawn_s
        Seconds to wait for the last figure.

    Raises
    ------
    ConfigError
        If Chromium is not installed.
    DataError
        If it does not start, or the page is not drawn, or says that something is wrong; nothing is written then.
    """
    with _tab(width, is_dark) as tab:
        opened = tab.open(page, drawn_s)
        if opened.errors or opened.n_figures < opened.n_slots:
            raise DataError(_complaint(page, opened))
        whole = {"x": 0, "y": 0, "width": opened.width, "height": opened.height, "scale": 1}
        taken = tab.ask("Page.captureScreenshot", format="png", clip=whole, captureBeyondViewport=True)
    write_atomically(target, base64.b64decode(taken["data"]))
    return opened


def paper(page: Path) -> bytes:
    """Return the page as it is printed (PDF); errors as of `picture`."""
    with _tab(WIDTH, is_dark=False) as tab:
        tab.open(page, DRAWN_S)
        return base64.b64decode(tab.ask("Page.printToPDF", printBackground=True)["data"])


class _Tab:
    """One tab, and what has been heard from it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number, self._session = socket, 0, ""
        self._heard = Opened()

    def attach(self, width: int, is_dark: bool) -> None:
        """Make the tab, let it say everything, and take the network from it."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=HEIGHT, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, page: Path, drawn_s: float) -> Opened:
        """Open a page and wait until it is drawn, or says that it cannot be."""
        self.ask("Page.navigate", url=page.resolve().as_uri())
        until = time.monotonic() + drawn_s
        while time.monotonic() < until:
            # Before there is a document the answer is nothing at all.
            state = json.loads(self.ask("Runtime.evaluate", expression=STATE)["result"].get("value") or "{}")
            if state.get("drawn") or state.get("error"):
                heard = self._heard
                heard.n_slots, heard.n_figures = state["slots"], state["figures"]
                heard.width, heard.height = state["width"], state["height"]
                heard.errors += [state["error"]] if state["error"] else []
                return heard
            time.sleep(POLL_S)
        raise DataError(f"{page} was not drawn within {drawn_s:.0f} s: look at it in a browser")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask and return the answer; what is said meanwhile is kept."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(request | ({"sessionId": self._session} if self._session else {})))
        while True:
            message = json.loads(self._socket.recv(timeout=DRAWN_S))
            if message.get("id") == self._number:
                if "error" in message:
                    raise DataError(f"Chromium refused {method} ({message['error'].get('message')}): use a newer one")
                answer: dict[str, Any] = message["result"]
                return answer
            self._listen(message.get("method", ""), message.get("params", {}))

    def _listen(self, method: str, said: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self._heard.errors.append(said["exceptionDetails"].get("text", "an exception"))
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            self._heard.errors.append(str([item.get("value") for item in said["args"]]))
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self._heard.errors.append(said["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            address = said["request"]["url"]
            self._heard.requests += [] if address.startswith(("data:", "blob:")) else [address]


@contextmanager
def _tab(width: int, is_dark: bool) -> Iterator[_Tab]:
    # Chromium keeps no sandbox for root, and refuses to start rather than go without.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    program = find_chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(program), *FLAGS, *sandbox, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(  # noqa: S603 - found on the path, no shell, and every argument is ours
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            address = _address(process, Path(profile) / PORT_FILE, program)
            with connect(address, max_size=LARGEST_MESSAGE, proxy=None, open_timeout=STARTED_S) as socket:
                tab = _Tab(socket)
                tab.attach(width, is_dark)
                yield tab
        except (WebSocketException, TimeoutError, OSError) as error:
            raise DataError(f"{program} stopped answering ({error or type(error).__name__}): try again") from error
        finally:
            # It has many processes, and a script may have started it: the whole group goes.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _complaint(page: Path, opened: Opened) -> str:
    said = f", and says: {inert_line(opened.errors[0], SHOWN)}" if opened.errors else ""
    return f"{page} has {opened.n_figures} of {opened.n_slots} figures{said}: look at it in a browser"


def _address(process: subprocess.Popen[bytes], port_file: Path, program: Path) -> str:
    """Return the address of the debugging socket, which Chromium writes into its profile when it is ready."""
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until and process.poll() is None:
        lines = port_file.read_text(encoding="ascii").split() if port_file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(POLL_S)
    raise DataError(f"{program} did not start within {STARTED_S:.0f} s: start it by hand to see why")
