"""What can be asked at the desk; a module with answers is imported when it is first asked."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from data.errors import FoundryError
from organism.home import Home
from organism.views.plain import to_plain

QUESTIONS: dict[str, dict[str, str]] = {
    "reading": {
        "board": "organism.desk.registry",
        "events": "organism.desk.registry",
        "move": "organism.desk.registry",
        "strategy": "organism.desk.strategy",
        "simulated": "organism.desk.strategy",
        "find": "organism.desk.lineage",
        "appearance": "organism.desk.lineage",
        "family": "organism.desk.lineage",
        "compare": "organism.desk.lineage",
        "beside": "organism.desk.lineage",
        "rules": "organism.desk.lineage",
    },
    "simulating": {
        "behaviour": "organism.desk.simulation",
        "trades": "organism.desk.simulation",
    },
}
"""Where the function of each name is, for each kind of process; it takes the home and what the request holds."""


def answered(questions: Mapping[str, str], home: Home, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request, or why there is none."""
    asked = dict(request)
    number, name = asked.pop("number"), asked.pop("ask")
    try:
        answer = getattr(import_module(questions[name]), name)(home, **asked)
    except FoundryError as error:
        return {"number": number, "refusal": str(error)}
    except OSError as error:
        return {"number": number, "refusal": f"{error}; check the path, its permissions and the space left"}
    return {"number": number, "answer": to_plain(answer)}
