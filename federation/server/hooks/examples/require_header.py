"""`on_request`: partner organisations must say whom to call when their program goes wrong.

hooks:
  - use: federation.server.hooks.examples.require_header:RequireHeader
    config: { header: x-contact, organizations: [GD, ZJ] }
"""

from __future__ import annotations

from federation.server.hooks import Operation, RequestError, Section


class RequireHeader:
    """Refuses requests of `organizations` without `header`; tells others that it will matter."""

    class Config(Section, frozen=True):
        organizations: tuple[str, ...]
        header: str = "x-contact"

    def __init__(self, config: Config) -> None:
        self._header = config.header
        self._organizations = frozenset(config.organizations)

    def on_request(self, operation: Operation) -> None:
        if operation.header(self._header):
            return
        if operation.client.organization not in self._organizations:
            operation.add_header("x-hub-notice", f"please send {self._header}")
            return
        raise RequestError(
            f"请求缺少 {self._header}，请填写联系人。"
            f" The header {self._header!r} is missing; say whom to call.",
            code="CONTACT_REQUIRED",
        )
