"""Thresholds for each measure, as compiled search draws them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evolution.opcodes.types import WINDOWS
from evolution.rows.codes import ENTRIES

Levels = NDArray[np.int64]
"""Shape (n_codes, n_windows, n_levels): grid indices of thresholds, by code of the measure and grid index of its
window, the first without a window."""
UNKNOWN = np.iinfo(np.int64).min
"""No grid index."""
NO_LEVELS: Levels = np.full((len(ENTRIES), len(WINDOWS), 1), UNKNOWN, dtype=np.int64)
"""Nothing is known of any measure: thresholds are drawn around zero, oscillator levels evenly."""
