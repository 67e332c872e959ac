"""Candles with trades: days over everything that was judged, and the bars around single trades."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.intervals import DAY_MS, utc_text
from data.market import BoolArray
from organism.report.plots.library import FigureJson, figure
from organism.report.plots.look import BAD, GOOD, layout, milliseconds, shown, small, time_axis
from organism.views.chapters.trades import SIDES, CandleRow, CloseUp, CoinTrades, TradeMarks

RISING, FALLING = "#9fb4c7", "#6b7682"
LONG, SHORT = "#159c77", "#b765a0"
TALL = 460
PERIODS = (("1 m", 1, "month"), ("6 m", 6, "month"), ("1 y", 1, "year"))
FIRST_MS = 180 * DAY_MS
"""What is in view at first, the newest; a reader zooms out to the whole."""
HOVER = (
    "<b>%{customdata[0]}</b>, %{customdata[1]}<br>in  %{customdata[2]} at %{customdata[3]:,.6~g}<br>"
    "out %{customdata[4]} at %{customdata[5]:,.6~g} (%{customdata[6]})<br>"
    "<b>%{customdata[7]:+,.2f} USDC</b> after %{customdata[8]:,.2f} of fees, %{customdata[9]:+,.2f} of funding"
    "<extra></extra>"
)


def candles_figure(coin: CoinTrades) -> FigureJson:
    """Return the days of one coin with every trade that is drawn."""
    traces = [candle_trace(coin.candles, "day"), *trade_traces(coin.marks)]
    buttons = [
        *({"label": label, "count": count, "step": step, "stepmode": "backward"} for label, count, step in PERIODS),
        {"label": "all", "step": "all"},
    ]
    return figure(
        traces,
        layout(
            TALL,
            xaxis=time_axis(
                rangeslider={"visible": False},
                rangeselector={"buttons": buttons, "x": 0.0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
                **_first_view(coin.candles),
            ),
            yaxis={"title": {"text": f"{shown(coin.coin)}, USDC"}, "zeroline": False, **_first_prices(coin.candles)},
            legend={"orientation": "h", "x": 0.0, "y": -0.09, "xanchor": "left", "yanchor": "top"},
        ),
    )


def close_up_figure(coin: CoinTrades, close_up: CloseUp) -> FigureJson:
    """Return the bars around one trade."""
    one = only(coin.marks, close_up.place)
    return figure(
        [candle_trace(close_up.candles, "bar"), *trade_traces(one)],
        layout(
            xaxis=time_axis(rangeslider={"visible": False}),
            yaxis={"title": {"text": f"{shown(coin.coin)}, USDC"}, "zeroline": False},
        ),
    )


def close_up_label(coin: CoinTrades, close_up: CloseUp) -> str:
    """Return `BTC, best: long from 2024-01-02 03:00, +12.30 USDC`."""
    marks, place = coin.marks, close_up.place
    cut = ", its end not drawn" if close_up.is_cut else ""
    return (
        f"{coin.coin}, {close_up.why}: {SIDES[int(marks.side[place])]} from {utc_text(int(marks.entry_ms[place]))} "
        f"in {marks.slice[place]}, {marks.profit[place]:+,.2f} USDC{cut}"
    )


def _first_view(row: CandleRow) -> dict[str, Any]:
    """Return the range of time that is in view at first; nothing where there is no candle."""
    if not row.time_ms.size:
        return {}
    first, last = int(row.time_ms[0]), int(row.time_ms[-1]) + DAY_MS
    # "All" ends with the candles: a month back from an edge beyond them would be empty.
    return {
        "range": [max(first, last - FIRST_MS), last],
        "autorangeoptions": {"clipmin": utc_text(first), "clipmax": utc_text(last)},
    }


def _first_prices(row: CandleRow) -> dict[str, Any]:
    """Return the range of the prices of that time, with some air."""
    if not row.time_ms.size:
        return {}
    seen = row.time_ms >= int(row.time_ms[-1]) + DAY_MS - FIRST_MS
    low, high = float(row.low[seen].min()), float(row.high[seen].max())
    air = 0.04 * (high - low)
    return {"range": [low - air, high + air]}


def only(marks: TradeMarks, place: int) -> TradeMarks:
    """Return one of the trades."""
    arrays = ("side", "entry_ms", "exit_ms", "entry_price", "exit_price", "profit", "fees", "funding")
    part = slice(place, place + 1)
    return TradeMarks(
        slice=marks.slice[part], reason=marks.reason[part], **{name: getattr(marks, name)[part] for name in arrays}
    )


def candle_trace(row: CandleRow, name: str) -> dict[str, Any]:
    """Return candles."""
    return {
        "type": "candlestick",
        "name": name,
        "x": milliseconds(row.time_ms),
        **{field: small(getattr(row, field)) for field in ("open", "high", "low", "close")},
        "increasing": {"line": {"color": RISING, "width": 1}, "fillcolor": RISING},
        "decreasing": {"line": {"color": FALLING, "width": 1}, "fillcolor": FALLING},
        "showlegend": False,
    }


def trade_traces(marks: TradeMarks) -> list[dict[str, Any]]:
    """Return entries, exits, and a line between those of one trade."""
    if not len(marks):
        return []
    earned = marks.profit > 0.0
    lines = [_line(marks, earned, GOOD), _line(marks, ~earned, BAD)]
    long, short = marks.side > 0, marks.side < 0
    return [
        *(line for line in lines if line["x"].size),
        *_points(marks, long, "entry", "triangle-up", LONG, "long in"),
        *_points(marks, short, "entry", "triangle-down", SHORT, "short in"),
        *_points(marks, earned, "exit", "circle", GOOD, "out with a profit"),
        *_points(marks, ~earned, "exit", "x", BAD, "out with a loss"),
    ]


def _line(marks: TradeMarks, among: BoolArray, colour: str) -> dict[str, Any]:
    gap = np.full(int(among.sum()), np.nan)
    x = np.column_stack((milliseconds(marks.entry_ms[among]), milliseconds(marks.exit_ms[among]), gap))
    y = np.column_stack((marks.entry_price[among], marks.exit_price[among], gap))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x.reshape(-1),
        "y": small(y.reshape(-1)),
        "line": {"color": colour, "width": 1.2},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _points(
    marks: TradeMarks, among: BoolArray, end: str, symbol: str, colour: str, name: str
) -> tuple[dict[str, Any], ...]:
    places = np.flatnonzero(among)
    if not places.size:
        return ()
    return (
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": milliseconds(getattr(marks, f"{end}_ms")[places]),
            "y": small(getattr(marks, f"{end}_price")[places]),
            "marker": {"symbol": symbol, "size": 8, "color": colour, "line": {"width": 0.5, "color": "#ffffff"}},
            "customdata": [_told(marks, int(place)) for place in places],
            "hovertemplate": HOVER,
        },
    )


def _told(marks: TradeMarks, place: int) -> list[Any]:
    return [
        SIDES[int(marks.side[place])],
        shown(marks.slice[place]),
        utc_text(int(marks.entry_ms[place])),
        float(marks.entry_price[place]),
        utc_text(int(marks.exit_ms[place])),
        float(marks.exit_price[place]),
        shown(marks.reason[place]),
        round(float(marks.profit[place]), 4),
        round(float(marks.fees[place]), 4),
        round(float(marks.funding[place]), 4),
    ]
