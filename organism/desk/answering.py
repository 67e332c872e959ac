"""What can be asked at the desk; a module with answers is imported when it is first asked."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from data.errors import FoundryError
from organism.home import Home
from organism.views.plain import to_plain

QUESTIONS = {
    "board": "organism.desk.registry",
    "events": "organism.desk.registry",
    "move": "organism.desk.registry",
    "strategy": "organism.desk.strategy",
    "trades": "organism.desk.strategy",
    "find": "organism.desk.lineage",
    "appearance": "organism.desk.lineage",
    "family": "organism.desk.lineage",
    "compare": "organism.desk.lineage",
    "beside": "organism.desk.lineage",
    "behaviour": "organism.desk.lineage",
}
"""Where the function of each name is; it takes the home and what the request holds besides."""


def answered(home: Home, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request, or why there is none."""
    asked = dict(request)
    number, name = asked.pop("number"), asked.pop("ask")
    try:
        answer = getattr(import_module(QUESTIONS[name]), name)(home, **asked)
    except FoundryError as error:
        return {"number": number, "refusal": str(error)}
    except OSError as error:
        return {"number": number, "refusal": f"{error}; check the path, its permissions and the space left"}
    return {"number": number, "answer": to_plain(answer)}
