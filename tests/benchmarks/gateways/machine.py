"""What the figures were taken on: they mean little without it."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from tests.benchmarks.gateways.programs.installed import output_of


def machine() -> dict[str, Any]:
    """Return processor, memory, system and the versions of what programs run on."""
    return {
        "cpu": _line("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": output_of("node", "--version"),
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _memory() -> float | None:
    total = _line("/proc/meminfo", "MemTotal")
    return None if total is None else round(int(total.split()[0]) / 1024**2, 1)


def _line(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith(name)), None)
    return None if found is None else found.partition(":")[2].strip()
