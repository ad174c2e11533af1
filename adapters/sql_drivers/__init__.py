"""Databases of centres, one module each behind `base.py`; imported when a source first uses one."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

from adapters.errors import SourceProblem
from adapters.sql_drivers.base import SqlDriver

MODULES: Final[Mapping[str, str]] = {
    "postgresql": "adapters.sql_drivers.postgresql",
    "mysql": "adapters.sql_drivers.mysql",
    "sqlite": "adapters.sql_drivers.sqlite",
}
"""Name in source files → module with a `DRIVER`."""


def open_driver(name: str) -> SqlDriver:
    """Return the driver of that name.

    Raises:
        SourceProblem: `SOURCE_DRIVER`, naming the optional extra that is not installed.
    """
    if name not in MODULES:
        raise SourceProblem("SOURCE_DRIVER", driver=name, extra="—")
    module: Any = importlib.import_module(MODULES[name])
    driver: SqlDriver = module.DRIVER
    driver.require()
    return driver
