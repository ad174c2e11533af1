"""Reading what commands are given: files, standard input, SDL."""

from __future__ import annotations

import sys
from pathlib import Path

from federation.cli.errors import CommandError

# A supergraph of a hundred subgraphs is about 5 MB.
MAX_BYTES = 64 * 1024 * 1024


def read_text(path: str, what: str) -> str:
    """Return the UTF-8 text of a file, or of standard input for `-`.

    Raises `CommandError` that names `what` was to be read.
    """
    try:
        if path == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"cannot read the {what} {path}: {reason}") from None
    if len(content) > MAX_BYTES:
        raise CommandError(f"the {what} {path} is larger than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"the {what} {path} is not UTF-8 text; save it as UTF-8") from None


def write_output(text: str, path: str | None) -> None:
    """Write to a file, or to standard output for None. Raises `CommandError`."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from None
