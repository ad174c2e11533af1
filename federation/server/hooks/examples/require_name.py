"""`on_operation`: operations without a name cannot be told apart in logs, so they are refused.

hooks:
  - use: federation.server.hooks.examples.require_name:RequireName
    config: { allow: [subscription] }
"""

from __future__ import annotations

from typing import Literal

from federation.server.hooks import Operation, RequestError, Section


class RequireName:
    """Refuses operations without a name, but not those of a type in `allow`."""

    class Config(Section, frozen=True):
        allow: tuple[Literal["query", "mutation", "subscription"], ...] = ()

    def __init__(self, config: Config) -> None:
        self._allow = frozenset(config.allow)

    def on_operation(self, operation: Operation) -> None:
        if operation.name is None and operation.type not in self._allow:
            raise RequestError(
                f"请给操作命名，例如 {operation.type} PatentPanorama。"
                f" Name the operation, such as: {operation.type} PatentPanorama",
                code="OPERATION_NAME_REQUIRED",
            )
