"""The reference data of the checkout: CSV files in `data/`, UTF-8, header line, LF.

Their sources and licences: `data/SOURCES.md`. Nothing here touches a database.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

SHIPPED = Path(__file__).parent / "data"


def read_shipped(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one shipped file.

    Raises:
        FileNotFoundError: the installation lacks the file.
    """
    with (SHIPPED / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
