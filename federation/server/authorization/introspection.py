"""Which callers may read the schema, where the settings name some of them."""

from __future__ import annotations

from federation.errors import RequestError
from federation.server.authorization.authorization import is_authenticated
from federation.server.callers.identity import ClientIdentity
from federation.server.errors import request_error
from federation.server.preparation import Refused
from federation.server.settings.supergraph import IntrospectionAccess

_REFUSED = Refused(
    (
        request_error(
            RequestError(
                "introspection is not open to you here; log in as one who may read the schema, or"
                " ask the graph's operator",
                code="INTROSPECTION_DISABLED",
            )
        ),
    ),
    400,
    0,
)


class IntrospectionRules:
    """`setting`: false is refused with the document already (`preparation`)."""

    def __init__(self, setting: bool | IntrospectionAccess) -> None:
        self._scopes: tuple[frozenset[str], ...] | None = None
        if isinstance(setting, IntrospectionAccess):
            self._scopes = tuple(map(frozenset, setting.scopes))

    def refused(self, client: ClientIdentity) -> Refused | None:
        """Return the refusal of a caller who may not read the schema."""
        if self._scopes is None:
            return None
        enough = not self._scopes or any(names <= client.scopes for names in self._scopes)
        return None if enough and is_authenticated(client) else _REFUSED
