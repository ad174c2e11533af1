"""Whose token it is, with a bound on how many wrong ones may be shown from one address."""

from __future__ import annotations

from starlette.requests import Request

from federation.registry.access import Caller
from federation.registry.errors import RegistryError
from federation.server.registry_api.context import Site

_UNKNOWN_TOKEN = "E013"  # noqa: S105 - a code


async def holder_of(site: Site, request: Request, secret: str) -> Caller:
    """Return whose token `secret` is.

    Raises `RegistryError` (E013) when it is nobody's, and `RequestError` (429) when too many from
    the request's address were; it is not looked up then.
    """
    failures = site.failures
    if failures is None:
        return await site.registry.authenticate(secret)
    address = None if request.client is None else request.client.host
    headers = request.headers.raw
    failures.admit(address, headers, secret)
    try:
        caller = await site.registry.authenticate(secret)
    except RegistryError as error:
        if error.code == _UNKNOWN_TOKEN:
            failures.count(address, headers, secret)
        raise
    failures.hold(address, headers, secret)
    return caller
