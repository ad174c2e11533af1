"""Extension points: code of the operator's own, named in hub.yaml. What is public is here.

    from federation.server.hooks import Operation, RequestError

See README.md beside this file. What these names do not lead to is private, and may be another
tomorrow.
"""

from federation.config.duration import Duration
from federation.errors import RequestError
from federation.server.hooks.protocols import (
    FetchHook,
    OperationHook,
    RequestHook,
    ResponseHook,
    SchemaHook,
)
from federation.server.hooks.public import Call, Client, ElementChange, Operation, SchemaChange
from federation.server.settings.base import Section

__all__ = [
    "Call",
    "Client",
    "Duration",
    "ElementChange",
    "FetchHook",
    "Operation",
    "OperationHook",
    "RequestError",
    "RequestHook",
    "ResponseHook",
    "SchemaChange",
    "SchemaHook",
    "Section",
]
