"""`--format json`: one object around every answer, in the form that tools know from Rover.

::

    {"json_version": "1", "data": {…, "success": true}, "error": null}
    {"json_version": "1", "data": {"success": false},
     "error": {"message": …, "code": "E029", "details": {…}, "causes": []}}

Whoever asks for JSON gets it on standard output also when the command fails; the line on standard
error and the exit code stay the same.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any, TypeVar

from federation.cli.errors import CommandError
from federation.cli.files import write_output

_Result = TypeVar("_Result")


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add `--format` as every command has it that answers in this form."""
    parser.add_argument(
        "--format",
        choices=("plain", "json"),
        default="plain",
        help="json: one object with data, success and error, as from Rover",
    )


def success(data: dict[str, Any]) -> dict[str, Any]:
    """Return the envelope of an answer."""
    return {"json_version": "1", "data": {**data, "success": True}, "error": None}


def failure(
    message: str, code: str | None = None, details: Any = None, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the envelope of a failure; `data` is what there is to tell nevertheless."""
    error = {"message": message, "code": code, "details": details, "causes": []}
    return {"json_version": "1", "data": {**(data or {}), "success": False}, "error": error}


def print_json(envelope: dict[str, Any], output: str | None = None) -> None:
    """Write an envelope to a file, or to standard output for None."""
    write_output(json.dumps(envelope, ensure_ascii=False) + "\n", output)


def guarded(
    form: str,
    work: Callable[[], _Result],
    details: Callable[[Exception], Any] = lambda error: None,
) -> _Result:
    """Return what `work` returns; when it fails and JSON was asked for, say so in JSON, too.

    Only for work that fails before it prints anything; `details` finds what `error.details` is to
    have. Raises what the work raises.
    """
    from federation.config.errors import ConfigError
    from federation.errors import FederationError

    try:
        return work()
    except (CommandError, ConfigError, FederationError) as error:
        if form == "json":
            code = error.code if isinstance(error, FederationError) else None
            print_json(failure(str(error), code, details(error)))
        raise
