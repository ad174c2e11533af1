"""`package.module:name` in a configuration → the Python object of that name.

Nothing is imported but the module that is named; a message says the nearest name there is.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Iterable
from typing import Any

_NAME = r"[^\W\d]\w*"
PATTERN = rf"^{_NAME}(\.{_NAME})*:{_NAME}$"
_WHOLE = re.compile(PATTERN)


def find_object(name: str) -> Any:
    """Return what `name` names; its module is imported. Raises `ValueError`.

    >>> find_object("fractions:Fraction").__name__
    'Fraction'
    """
    if not _WHOLE.fullmatch(name):
        raise ValueError(f"write package.module:name, not {name!r}")
    module_name, _, attribute = name.partition(":")
    module = _import(module_name)
    try:
        return getattr(module, attribute)
    except AttributeError:
        there = [known for known in vars(module) if not known.startswith("_")]
        raise ValueError(
            f"the module {module_name!r} has no {attribute!r}{_nearest(attribute, there)}"
        ) from None


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name + ".").startswith(error.name + "."):
            raise _broken(name, error) from None
        package, _, last = error.name.rpartition(".")
        hint = _nearest(last, _modules_in(package))
        raise ValueError(
            f"there is no module {error.name!r}{hint}; install it where the hub is installed,"
            " or put its folder on PYTHONPATH"
        ) from None
    except Exception as error:
        raise _broken(name, error) from None


def _broken(name: str, error: Exception) -> ValueError:
    return ValueError(f"the module {name!r} cannot be imported: {type(error).__name__}: {error}")


def _modules_in(package: str) -> list[str]:
    """Return the names of modules beside the one that is missing; the package is imported."""
    if not package:
        return [module.name for module in pkgutil.iter_modules()]
    paths = getattr(importlib.import_module(package), "__path__", ())
    return [module.name for module in pkgutil.iter_modules(paths)]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
