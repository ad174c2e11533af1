"""Files that came with an operation, on their way to a subgraph.

In the variables a file is stood for by a text that nobody can guess. So it goes through coercion,
planning and sharing as any other value does, no two requests with files are ever taken for equal,
and who sends the call finds the places again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

_PREFIX = "hub-file-"


@dataclass(frozen=True, slots=True, eq=False)
class UploadedFile:
    """One file. `content` is at its beginning, and whoever reads it puts it back there.

    `name`, `content_type`: what the client says, not to be trusted.
    """

    name: str
    content_type: str
    size: int
    content: BinaryIO

    def read(self) -> bytes:
        """Return all of it."""
        self.content.seek(0)
        data = self.content.read()
        self.content.seek(0)
        return data


class Files:
    """The files of one request, by the text that stands for each. `close` lets go of them."""

    def __init__(self) -> None:
        self._files: dict[str, UploadedFile] = {}

    def __len__(self) -> int:
        return len(self._files)

    def add(self, file: UploadedFile) -> str:
        """Take the file; return what stands for it in the variables."""
        stand_in = _PREFIX + secrets.token_hex(16)
        self._files[stand_in] = file
        return stand_in

    def places(self, variables: Mapping[str, Any]) -> list[tuple[str, UploadedFile]]:
        """Return where files stand in `variables`: paths such as `variables.input.files.0`."""
        return [
            (path, self._files[value])
            for path, value in _texts("variables", variables)
            if value in self._files
        ]

    def names(self, variables: Mapping[str, Any]) -> frozenset[str]:
        """Return the variables that have files in them."""
        return frozenset(path.split(".", 2)[1] for path, _ in self.places(variables))

    def filled(self, value: Any) -> Any:
        """Return `value` with the files themselves in their places."""
        return self._put(value, plain=False)

    def emptied(self, value: Any) -> Any:
        """Return `value` with null in the places of files."""
        return self._put(value, plain=True)

    def close(self) -> None:
        """Let go of all files."""
        for file in self._files.values():
            file.content.close()

    def _put(self, value: Any, *, plain: bool) -> Any:
        if isinstance(value, str):
            file = self._files.get(value)
            return value if file is None else None if plain else file
        if isinstance(value, Mapping):
            return {name: self._put(inner, plain=plain) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._put(inner, plain=plain) for inner in value]
        return value


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(f"{path}.{name}", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(f"{path}.{index}", inner)
