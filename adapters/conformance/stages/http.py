"""What stages behind a small HTTP server have alike: one list, cut into pages in one form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from starlette.requests import Request

from adapters.config import Kind, SourceConfig
from adapters.conformance.http_host import Answered, HttpHost, Played
from adapters.conformance.model import Ability, Fault, Item, Place, Reason, Subject
from adapters.conformance.stages.shared import build_config
from adapters.conformance.subjects import ORGANIZATIONS


class HttpPlace(ABC):
    """One platform. `form`: how its list is cut into pages."""

    kind: ClassVar[Kind]
    path: ClassVar[str]
    keeps_before = True

    def __init__(self, number: int, folder: Path, host: HttpHost, form: str) -> None:
        self.number, self.form, self._folder = number, form, folder
        self.items: list[Item] = []
        self._played = Played(self.answer)
        self._code = f"kit-{self.kind}-{number}"
        self._url = host.add(self._code, self._played)
        self._nowhere = f"{host.url}/nowhere-{number}"

    def break_down(self, fault: Fault | None) -> None:
        self._played.break_down(fault)

    @property
    def early_calls(self) -> int:
        return self._played.early_calls

    async def put(self, items: Sequence[Item]) -> None:
        self.items = list(items)

    def config(
        self,
        *,
        nowhere: bool = False,
        incremental: bool = False,
        lookup: bool = False,
        **changes: Any,
    ) -> SourceConfig:
        section = self.section() | {"url": f"{self._nowhere if nowhere else self._url}{self.path}"}
        if incremental:
            section["incremental"] = {"param": "since", "field": "changed"}
        if lookup:
            section["lookup"] = self.lookup()
        given = {self.kind: section} | changes
        return build_config(self._code, self.kind, ORGANIZATIONS, self._folder, given)

    @abstractmethod
    def section(self) -> dict[str, Any]:
        """Return the section of the source file, without its address."""

    @abstractmethod
    def lookup(self) -> dict[str, Any]:
        """Return how single records are asked for."""

    @abstractmethod
    async def answer(self, request: Request) -> Answered:
        """Answer one call, as the platform's own manual says."""


class HttpStage:
    """Platforms of one kind with one form of paging."""

    subject: Subject = ORGANIZATIONS

    def __init__(
        self,
        place: type[HttpPlace],
        folder: Path,
        host: HttpHost,
        form: str,
        lacks: Mapping[Ability, Reason] | None = None,
    ) -> None:
        self._place, self._folder, self._host = place, folder, host
        self.kind: Kind = place.kind
        self.variant = form
        self.lacks: Mapping[Ability, Reason] = lacks or {}

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[Place]:
        """Put a platform up."""
        yield self._place(number, self._folder, self._host, self.variant)
