"""How much is traded, and on which side of the market."""

from __future__ import annotations

import numpy as np

from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.ratios import ratio_of_means, share_of_gains
from evolution.opcodes.series import bounded, earlier, known, quietly, sealed
from evolution.opcodes.types import ValueType


@quietly
def volume_ratio(market: Market, window: int) -> FloatArray:
    """Return the volume over its mean of the last `window` bars, shape (n_bars,).

    NaN if one of the bars is missing, or if nothing was traded on any of them.
    """
    return known(market.volume / rolling_mean(market.volume, window, first_anchor(market, window)))


@quietly
def mfi(market: Market, window: int) -> FloatArray:
    """Return the money flow index over the last `window` changes, shape (n_bars,), from 0 to 100.

    The typical price is the mean of high, low and close; of its products with volume, the share of the bars on
    which it rose among those on which it changed. NaN if one of the bars is missing, or if there is no such product.
    """
    anchor = first_anchor(market, window)
    typical = (market.high + market.low + market.close) / 3.0
    change = typical - earlier(typical, 1)
    flow = np.where(np.isfinite(change), typical * market.volume, np.nan)
    rising, falling = sealed(np.where(change <= 0.0, 0.0, flow)), sealed(np.where(change >= 0.0, 0.0, flow))
    return bounded(share_of_gains(rising, falling, window, anchor), 0.0, 100.0)


@quietly
def cmf(market: Market, window: int) -> FloatArray:
    """Return Chaikin's money flow of the last `window` bars as 50 + 50 * cmf, shape (n_bars,).

    cmf is the sum of volume * ((close - low) - (high - close)) / (high - low), 0 on a bar without range, over
    that of volume. NaN if one of the bars is missing, or if nothing was traded on any of them.
    """
    anchor = first_anchor(market, window)
    rests = (market.close - market.low) - (market.high - market.close)
    place = np.where(market.high == market.low, 0.0, rests / (market.high - market.low))
    flows = sealed(place * market.volume)
    return bounded(50.0 + 50.0 * ratio_of_means(flows, market.volume, window, anchor), 0.0, 100.0)


@quietly
def obv(market: Market, window: int) -> FloatArray:
    """Return the change of Granville's on-balance volume over `window` bars as a share of all volume, shape (n_bars,).

    50 + 50 * (volume of rising closes - volume of falling ones) / volume, each summed over the last `window` bars.
    NaN if one of these bars or the one before them is missing, or if nothing was traded.
    """
    anchor = first_anchor(market, window)
    signed = sealed(np.sign(market.close - earlier(market.close, 1)) * market.volume)
    return bounded(50.0 + 50.0 * ratio_of_means(signed, market.volume, window, anchor), 0.0, 100.0)


WINDOWED = (ValueType.WINDOW,)

OPCODES = (
    Opcode(
        name="volume_ratio",
        family="volumes",
        signatures=(Signature(WINDOWED, ValueType.DIMENSIONLESS),),
        compute=volume_ratio,
        warm_up=warm_up.window_values,
        render="volume_ratio({0})",
        explain="the volume as a multiple of its {0}-bar mean",
        cost=2,
        # All the volume of 720 bars on the last of them, and rounding.
        bounds=(0.0, 721.0),
        weight=0.5,
        has_side=False,
    ),
    Opcode(
        name="mfi",
        family="volumes",
        signatures=(Signature(WINDOWED, ValueType.OSCILLATOR),),
        compute=mfi,
        warm_up=warm_up.window_changes,
        render="mfi({0})",
        explain="the {0}-bar money flow index",
        cost=10,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
    Opcode(
        name="cmf",
        family="volumes",
        signatures=(Signature(WINDOWED, ValueType.OSCILLATOR),),
        compute=cmf,
        warm_up=warm_up.window_values,
        render="cmf({0})",
        explain="the {0}-bar Chaikin money flow (50 for none)",
        cost=5,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
    Opcode(
        name="obv",
        family="volumes",
        signatures=(Signature(WINDOWED, ValueType.OSCILLATOR),),
        compute=obv,
        warm_up=warm_up.window_changes,
        render="obv({0})",
        explain="the balance of volume on rising and falling closes of {0} bars (50 when even)",
        cost=5,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
)
