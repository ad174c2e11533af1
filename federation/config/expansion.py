"""`${env.VAR}`, `${env.VAR:-default}`, `${file.path}` inside values, as Apollo Router writes them.

Only values are expanded, never keys, and never the result of an expansion: what an environment
variable holds is data, so it cannot pull in a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from federation.config.document import Place

_EXPANSION = re.compile(r"\$\{(?P<body>[^}]*)\}")
_BODY = re.compile(r"(?P<kind>env|file)\.(?P<name>[^:]+?)(?::-(?P<default>.*))?", re.DOTALL)

# A file that is expanded holds a key or a certificate, not a document.
MAX_FILE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Expander:
    """Where expansions look: the environment, and the folder that relative paths start from."""

    environment: Mapping[str, str]
    folder: Path

    def expand(self, text: str, place: Place) -> str:
        """Return `text` with every expansion replaced.

        Raises `ConfigError` for an unset variable or unreadable file without default, and for
        anything else in `${…}`. Values that were filled in are never part of a message.
        """
        if "${" not in text:
            return text
        return _EXPANSION.sub(lambda match: self._value(match["body"], place), text)

    def _value(self, body: str, place: Place) -> str:
        match = _BODY.fullmatch(body)
        if match is None:
            raise place.error(
                f"${{{body}}} is not known; write ${{env.NAME}}, ${{env.NAME:-default}}"
                " or ${file.path}"
            )
        name, default = match["name"], match["default"]
        if match["kind"] == "env":
            value = self.environment.get(name)
            if value is None and default is None:
                raise place.error(
                    f"the environment variable {name} is not set;"
                    f" set it or write ${{env.{name}:-default}}"
                )
            return default if value is None else value
        return self._file(name, default, place)

    def _file(self, name: str, default: str | None, place: Place) -> str:
        path = self.folder / Path(name).expanduser()
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            if default is not None:
                return default
            raise place.error(f"cannot read {path}: {error.strerror or error}") from None
        if len(content) > MAX_FILE_BYTES:
            raise place.error(f"{path} is larger than {MAX_FILE_BYTES} bytes")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise place.error(f"{path} is not UTF-8 text") from None
        # Editors end a file with a newline that is not part of the key in it.
        return text.removesuffix("\n").removesuffix("\r")
