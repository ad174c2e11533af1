"""Logging of a server process: one line a record.

What goes in: names, codes, ids, counts. Operation text, variables, headers and answers never do.
Control characters in a message are written as escapes, so that no text begins a line of its own.
"""

from __future__ import annotations

import logging
import sys
from datetime import datetime
from typing import TextIO

import orjson

from federation.server.observing.access_line import CHINA
from federation.server.settings.logging import Console, Format, Logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure_logging(settings: Logging | None = None) -> None:
    """Send records where the settings say, unless the program has its own handlers."""
    settings = settings or Logging()
    root = logging.getLogger()
    if not root.handlers:
        for handler in _handlers(settings):
            root.addHandler(handler)
        root.setLevel(settings.common.level.upper())
    # uvicorn tells of every start and stop step, and of a failed startup a second time.
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _handlers(settings: Logging) -> list[logging.Handler]:
    to_stdout = settings.stdout.enabled is True
    to_stderr = not to_stdout if settings.stderr.enabled is None else settings.stderr.enabled
    wanted: list[tuple[bool, Console, TextIO]] = [
        (to_stdout, settings.stdout, sys.stdout),
        (to_stderr, settings.stderr, sys.stderr),
    ]
    handlers: list[logging.Handler] = []
    for enabled, console, stream in wanted:
        if enabled:
            handler = logging.StreamHandler(stream)
            handler.setFormatter(formatter(console.format))
            handlers.append(handler)
    return handlers or [logging.NullHandler()]


def formatter(name: Format) -> logging.Formatter:
    """Return what writes records as `text` or `json`."""
    return JsonFormatter() if name == "json" else TextFormatter(_FORMAT)


class TextFormatter(logging.Formatter):
    """Text for people; a message stays on its line, the trace of an exception follows."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line without the exception."""
        record.message = escaped(record.message)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """An object a line: `time`, `level`, `logger`, `message`, and `error` with its trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, CHINA)
        entry = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        if record.stack_info:
            entry["stack"] = record.stack_info
        # Half a surrogate pair is no UTF-8; it is shown as a question mark.
        clean = {key: text.encode("utf-8", "replace").decode() for key, text in entry.items()}
        return orjson.dumps(clean).decode()


def escaped(text: str) -> str:
    """Return `text` with what does not print as escapes.

    >>> escaped("a\\nb\\x1b[31m知")
    'a\\\\nb\\\\x1b[31m知'
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Application startup failed")
