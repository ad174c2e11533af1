"""What holds for every load: no wrong answer, and some right ones."""

from __future__ import annotations

from tests.benchmarks.load import Load
from tests.benchmarks.programs import Program


def checked(program: Program, load: Load) -> Load:
    """Return the load. Raises `RuntimeError` on a wrong answer, and when there is none."""
    if load.wrong or not load.answers:
        found = f"{load.wrong} wrong answers of {load.answers}: {load.fault}"
        raise RuntimeError(f"{program.name}: {found}")
    return load
