"""Logging of a server process: one line a record, to stderr.

What goes in: names, codes, ids, counts. Operation text, variables, headers and answers never do.
"""

from __future__ import annotations

import logging
import sys

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure_logging(level: int = logging.INFO) -> None:
    """Send records of `level` and above to stderr, unless the program has its own handlers."""
    logging.basicConfig(level=level, format=_FORMAT, stream=sys.stderr)
    # uvicorn tells of every start and stop step, and of a failed startup a second time.
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Application startup failed")
