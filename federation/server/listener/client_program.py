"""Which program a client says it is. Anybody may say anything, so it is cut short and cleaned.

For figures and logs only; nothing is allowed or refused by it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from federation.server.settings.telemetry import ClientHeaders
from federation.server.wire.request import HttpRequest

_MAX_LENGTH = 64


class ClientProgram(NamedTuple):
    """Empty where the client says nothing."""

    name: str = ""
    version: str = ""


UNKNOWN = ClientProgram()


class ClientPrograms:
    """Reads the headers that the settings name."""

    def __init__(self, settings: ClientHeaders) -> None:
        self._names = tuple(name.lower().encode() for name in settings.name)
        self._versions = tuple(name.lower().encode() for name in settings.version)

    def of(self, http: HttpRequest) -> ClientProgram:
        """Return what the request's headers say."""
        headers = http.lookup()
        name = version = None
        # Written out twice: the call would cost as much as the work.
        for header in self._names:
            name = headers.get(header)
            if name is not None:
                break
        for header in self._versions:
            version = headers.get(header)
            if version is not None:
                break
        if name is None and version is None:
            return UNKNOWN
        return _program(name or b"", version or b"")


@lru_cache(maxsize=1024)
def _program(name: bytes, version: bytes) -> ClientProgram:
    return ClientProgram(cleaned(name), cleaned(version))


def cleaned(value: bytes | str) -> str:
    """Return what can be printed of `value`, at most 64 characters, each other one as `?`.

    >>> cleaned("知通/1.0".encode()), cleaned(b"a\\nb\\xff")
    ('知通/1.0', 'a?b?')
    """
    # Long enough for 64 characters of UTF-8, and not more work than that.
    text = value if isinstance(value, str) else value[: 4 * _MAX_LENGTH].decode("utf-8", "replace")
    text = text[:_MAX_LENGTH].strip()
    if text.isprintable() and "\ufffd" not in text:
        return text
    return "".join(
        character if character.isprintable() and character != "\ufffd" else "?"
        for character in text
    )
