"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = (
    "numpy",
    "numba",
    "deap",
    "vectorbt",
    "vectorbt-rust",
    "backtesting",
    "gplearn",
    "TA-Lib",
    "pandas",
    "pandas-ta-classic",
)


def machine_facts() -> dict[str, str]:
    """Return processor, cores, load, system, Python and the packages that matter."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
