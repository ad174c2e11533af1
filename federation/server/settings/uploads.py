"""`preview_file_uploads`: files sent with an operation."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, field

from federation.server.settings.base import Positive, Section

_SIZE = re.compile(r"(\d+)\s*([kKmMgG]?)(i?)[bB]?")
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


def parse_size(text: int | str) -> int:
    """Return the bytes that `text` names; `k`, `m`, `g` count by 1000, `ki`, `mi`, `gi` by 1024.

    Raises `ValueError`.

    >>> parse_size("5mb"), parse_size("1 KiB"), parse_size(7)
    (5000000, 1024, 7)
    """
    if isinstance(text, int):
        return text
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a size; write bytes, or such as 5mb or 512kib")
    number, unit, binary = found.groups()
    return int(number) * int((1024 if binary else 1000) ** _POWERS[unit.lower()])


class MultipartLimits(Section, frozen=True):
    """`max_file_size`: bytes of one file, also as text such as `5mb`; `max_files` in a request."""

    max_file_size: Annotated[int, Meta(ge=1)] | str = 5_000_000
    max_files: Positive = 4

    def __post_init__(self) -> None:
        if parse_size(self.max_file_size) < 1:
            raise ValueError("'max_file_size' must be at least one byte")

    @property
    def max_file_bytes(self) -> int:
        return parse_size(self.max_file_size)


class Multipart(Section, frozen=True):
    """`limits`: how much may come."""

    limits: MultipartLimits = field(default_factory=MultipartLimits)


class UploadProtocols(Section, frozen=True):
    """`multipart`: the only one."""

    multipart: Multipart = field(default_factory=Multipart)


class FileUploads(Section, frozen=True):
    """Multipart form posts (GraphQL multipart request specification). Off by default."""

    enabled: bool = False
    protocols: UploadProtocols = field(default_factory=UploadProtocols)
