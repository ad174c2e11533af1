"""Hooks that do whatever the test says, found by name as an operator's are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from federation.server.hooks import Call, Operation, SchemaChange, Section

NOT_A_CLASS = 1


class Scripted:
    """Calls what the test put under the method's name; keeps what it was told."""

    script: ClassVar[dict[str, Callable[..., Any]]] = {}
    told: ClassVar[list[tuple[str, Any]]] = []

    def on_request(self, operation: Operation) -> None:
        self._run("on_request", operation)

    def on_operation(self, operation: Operation) -> None:
        self._run("on_operation", operation)

    def on_fetch(self, call: Call) -> Call:
        returned: Call = self._run("on_fetch", call)
        return returned if "on_fetch" in self.script else call

    def on_response(self, operation: Operation, status: int, errors: int) -> None:
        self._run("on_response", operation, status, errors)

    def on_schema(self, change: SchemaChange) -> None:
        self._run("on_schema", change)

    def _run(self, name: str, *arguments: Any) -> Any:
        self.told.append((name, arguments))
        does = self.script.get(name)
        return None if does is None else does(*arguments)


class Waiting:
    """Never answers; says when it was ended."""

    ended: ClassVar[list[str]] = []

    async def on_request(self, operation: Operation) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            self.ended.append("on_request")


class WaitingAtTheEnd:
    async def on_response(self, operation: Operation, status: int, errors: int) -> None:
        await asyncio.sleep(3600)


class Partners:
    """As the example in the documentation names one."""

    class Config(Section, frozen=True):
        header: str

    def __init__(self, config: Config) -> None: ...

    def on_request(self, operation: Operation) -> None: ...


class Unmakeable:
    def __init__(self) -> None:
        raise RuntimeError("no")

    def on_request(self, operation: Operation) -> None: ...


class Nothing:
    """Has none of the methods."""
