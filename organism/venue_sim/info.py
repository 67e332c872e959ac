"""`/info`: from the bytes of a request to status and bytes of the answer."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pydantic import ValidationError

from organism.venue_sim.requests import (
    INFO_REQUEST,
    AllMids,
    Book,
    Candles,
    Funding,
    Meta,
    MetaAndContexts,
    SpotMeta,
    Status,
)
from organism.venue_sim.settings import UnknownCoin
from organism.venue_sim.venue import Venue, spot_meta

NOT_UNDERSTOOD = "Failed to deserialize the JSON body into the target type"
JSON_TYPE = "application/json"


class Answer(NamedTuple):
    """One answer, and what its weight depends on."""

    status: int
    body: str
    content_type: str
    kind: str
    """Type of the request; empty if it was not understood."""
    n_rows: int


def answer(venue: Venue, body: bytes, now_ms: int) -> Answer:
    """Answer one request at a simulated moment."""
    try:
        request = INFO_REQUEST.validate_json(body)
    except ValidationError:
        return Answer(422, NOT_UNDERSTOOD, "text/plain", "", 0)
    if isinstance(request, Candles | Funding | Book):
        payload = _of_a_coin(venue, request, now_ms)
    else:
        payload = _of_the_market(venue, request, now_ms)
    if payload is None and not isinstance(request, Book):
        is_error = venue.settings.unknown_coin is UnknownCoin.SERVER_ERROR
        return Answer(500 if is_error else 200, "null" if is_error else "[]", JSON_TYPE, request.type, 0)
    n_rows = len(payload) if isinstance(request, Candles | Funding) else 0
    return Answer(200, json.dumps(payload, separators=(",", ":")), JSON_TYPE, request.type, n_rows)


def _of_the_market(venue: Venue, request: Meta | MetaAndContexts | SpotMeta | AllMids | Status, now_ms: int) -> Any:
    match request:
        case Meta():
            return venue.meta(now_ms)
        case MetaAndContexts():
            return venue.meta_and_contexts(now_ms)
        case SpotMeta():
            return spot_meta()
        case AllMids():
            return venue.all_mids(now_ms)
        case Status():
            return {"specialStatuses": None, "time": now_ms}


def _of_a_coin(venue: Venue, request: Candles | Funding | Book, now_ms: int) -> Any:
    """Return what the body will say; None where the coin is not listed."""
    match request:
        case Book(coin=coin):
            return venue.l2_book(coin, now_ms)
        case Candles(req=wanted):
            found = venue.listing(wanted.coin, now_ms)
            end_ms = now_ms if wanted.end_ms is None else wanted.end_ms
            return found and found.candles.between(wanted.interval, wanted.start_ms, end_ms, now_ms)
        case Funding(coin=coin, start_ms=start_ms):
            found = venue.listing(coin, now_ms)
            end_ms = now_ms if request.end_ms is None else request.end_ms
            return found and found.funding.between(start_ms, end_ms, now_ms)
