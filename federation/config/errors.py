"""What is wrong with a configuration file, and where.

This package is in the bottom layer beside `federation.errors` and stands alone, so its error is
not part of that tree: it never reaches a client, only the person who starts the program.
"""

from __future__ import annotations


class ConfigError(ValueError):
    """A configuration cannot be used.

    `source` names the file; `line` and `column` count from 1 (0: no place, such as a file that
    cannot be read); `path` is the dotted place of the value (`traffic_shaping.all.timeout`).
    The text of the error is one line: place, what is wrong, what to do.
    """

    code = "INVALID_CONFIGURATION"

    def __init__(
        self, problem: str, *, source: str, line: int = 0, column: int = 0, path: str = ""
    ) -> None:
        self.problem = problem
        self.source = source
        self.line = line
        self.column = column
        self.path = path
        place = f"{source}:{line}:{column}" if line else source
        super().__init__(f"{place}: {path}: {problem}" if path else f"{place}: {problem}")
